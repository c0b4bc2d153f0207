namespace GlanceStore.Cache.Files;

/// <summary>The one mapping of what the host's disk says to <see cref="StoreException"/>. The numbers are Linux's.</summary>
internal static class CacheErrors
{
    private const int NotPermitted = 1;
    private const int NoSpace = 28;
    private const int ReadOnly = 30;
    private const int Quota = 122;

    // What .NET makes of ENOSPC when it reserves room.
    private const int DiskFull = unchecked((int)0x80070070);

    /// <summary>Null where it is not the disk's: cancellation, or an error that is mapped already.</summary>
    public static StoreException? From(Exception exception, string doing) => MeaningOf(exception) is var (error, why)
        ? new StoreException(error, $"Cannot {doing}: {why}.", exception)
        : null;

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

    private static (StoreError Error, string Why)? MeaningOf(Exception exception) => exception switch
    {
        StoreException => null,
        IOException { HResult: NoSpace or Quota or DiskFull } => (StoreError.OutOfSpace, "the disk or the quota of the cache is full"),
        UnauthorizedAccessException or IOException { HResult: LinuxCalls.AccessDenied or NotPermitted or ReadOnly } =>
            (StoreError.AccessDenied, "this user may not, or the file system is mounted read-only"),
        IOException => (StoreError.Unavailable, exception.Message.TrimEnd('.')),
        _ => null,
    };
}
