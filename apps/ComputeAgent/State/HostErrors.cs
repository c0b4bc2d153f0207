namespace GlanceStore.ComputeAgent.State;

/// <summary>The one mapping of what the disks of this host say to the agent, or to a program of its own, to <see cref="StoreException"/>. The numbers are Linux's.</summary>
internal static class HostErrors
{
    /// <summary>No file of the file system can be as long.</summary>
    public const int FileTooBig = 27;

    private const int NoSpace = 28;
    private const int Quota = 122;

    /// <summary>Null where it is not a disk's: cancellation, or an error that is mapped already.</summary>
    public static StoreException? From(Exception exception, string what) => MeaningOf(exception) is { } error
        ? new StoreException(error, $"{what}: {exception.Message}", exception)
        : null;

    /// <summary>What is meant by the words of a program that was told to speak English.</summary>
    public static StoreError OfWords(string words) =>
        Says(words, "No space left on device") || Says(words, "Disk quota exceeded") ? StoreError.OutOfSpace
        : Says(words, "too large") || Says(words, "exceeds maximum") ? StoreError.TooLarge
        : StoreError.Unavailable;

    private static StoreError? MeaningOf(Exception exception) => exception switch
    {
        StoreException => null,
        IOException { HResult: NoSpace or Quota } => StoreError.OutOfSpace,
        IOException { HResult: FileTooBig } => StoreError.TooLarge,
        IOException or UnauthorizedAccessException => StoreError.Unavailable,
        _ => null,
    };

    private static bool Says(string words, string some) => words.Contains(some, StringComparison.OrdinalIgnoreCase);
}
