namespace GlanceStore.Cache.Files;

/// <summary>The one mapping of what the host's disk says to <see cref="StoreException"/>. The numbers are Linux's.</summary>
internal static class CacheErrors
{
    private const int NotPermitted = 1;
    private const int NoEntry = 2;
    private const int Exists = 17;
    private const int NotDirectory = 20;
    private const int NoSpace = 28;
    private const int ReadOnly = 30;
    private const int NotEmpty = 39;
    private const int Quota = 122;

    // What .NET makes of ENOSPC when it reserves room.
    private const int DiskFull = unchecked((int)0x80070070);

    /// <summary>Null where it is not the disk's: cancellation, or an error that is mapped already.</summary>
    public static StoreException? From(Exception exception, string doing) => MeaningOf(exception) is var (error, why)
        ? new StoreException(error, $"Cannot {doing}: {why}.", exception)
        : null;

    /// <summary>Whether the disk itself failed, and it is not only that something is there already, or not any more.</summary>
    public static bool IsOfDisk(IOException exception) =>
        exception.HResult is DiskFull or (> 0 and not (NoEntry or Exists or NotDirectory or NotEmpty));

    /// <summary>Whether an error says that this host's disk failed, and not a store.</summary>
    public static bool SaysDiskFailed(StoreException exception) =>
        exception is { StoreId: null, InnerException: UnauthorizedAccessException or (IOException and not StoreException) };

    public static void Map(string doing, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (From(e, doing) is { } error)
        {
            throw error;
        }
    }

    public static async Task<T> MapAsync<T>(string doing, Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (Exception e) when (From(e, doing) is { } error)
        {
            throw error;
        }
    }

    private static (StoreError Error, string Why)? MeaningOf(Exception exception) => exception switch
    {
        StoreException => null,
        IOException { HResult: NoSpace or Quota or DiskFull } => (StoreError.OutOfSpace, "the disk or the quota of the cache is full"),
        UnauthorizedAccessException or IOException { HResult: LinuxCalls.AccessDenied or NotPermitted or ReadOnly } =>
            (StoreError.AccessDenied, "this user may not, or the file system is mounted read-only"),
        IOException { HResult: LinuxCalls.FileTooBig } => (StoreError.TooLarge, "the file system of the cache has no files of that length"),
        IOException => (StoreError.Unavailable, exception.Message.TrimEnd('.')),
        _ => null,
    };
}
