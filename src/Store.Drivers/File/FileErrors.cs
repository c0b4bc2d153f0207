using System.Collections.Frozen;

namespace GlanceStore.Drivers.File;

// The one mapping of what the operating system says to StoreException. The numbers are Linux's (asm-generic/errno.h).
internal static class FileErrors
{
    private static readonly FrozenDictionary<int, Meaning> Meanings = new Dictionary<int, Meaning>
    {
        [Errno.NoEntry] = new(StoreError.NotFound, "there is no such file"),
        [Errno.NotDirectory] = new(StoreError.NotFound, "there is no such file"),
        [Errno.Exists] = new(StoreError.AlreadyExists, "there is a file of that name already"),
        [Errno.NotPermitted] = new(StoreError.AccessDenied, "the operation is not permitted to this user"),
        [Errno.AccessDenied] = new(StoreError.AccessDenied, "this user has no permission; check the owner and the mode of the directory"),
        [Errno.ReadOnly] = new(StoreError.AccessDenied, "the file system is mounted read-only"),
        [Errno.NoSpace] = new(StoreError.OutOfSpace, "the file system is full; free some space or add a directory"),
        [Errno.Quota] = new(StoreError.OutOfSpace, "the disk quota of this user is used up"),
        [Errno.TooBig] = new(StoreError.TooLarge, "the file system takes no file that large"),
        [Errno.TooManyLinks] = new(StoreError.InvalidLocation, "the path leads through too many symbolic links"),
        [Errno.NameTooLong] = new(StoreError.InvalidLocation, "the name is too long for the file system"),
        [Errno.IsDirectory] = new(StoreError.InvalidLocation, "there is a directory in its place"),
        [Errno.InputOutput] = new(StoreError.Unavailable, "the disk reports an input/output error"),
        [Errno.Interrupted] = new(StoreError.Unavailable, "the call was interrupted", IsTransient: true),
        [Errno.TryAgain] = new(StoreError.Unavailable, "the file is in use for the moment", IsTransient: true),
        [Errno.Busy] = new(StoreError.Unavailable, "the file is in use for the moment", IsTransient: true),
        [Errno.NoMemory] = new(StoreError.Unavailable, "the system is short of memory", IsTransient: true),
        [Errno.SystemFiles] = new(StoreError.Unavailable, "the system has too many open files", IsTransient: true),
        [Errno.ProcessFiles] = new(StoreError.Unavailable, "this process has too many open files", IsTransient: true),
        [Errno.TimedOut] = new(StoreError.Unavailable, "the file server did not answer in time", IsTransient: true),
        [Errno.HostDown] = new(StoreError.Unavailable, "the file server is down", IsTransient: true),
        [Errno.Stale] = new(StoreError.Unavailable, "the file server has forgotten the file handle", IsTransient: true),
    }.ToFrozenDictionary();

    // Null where it is not the operating system's: cancellation, an error that is mapped already, a fault of ours.
    public static StoreException? From(Exception exception, string doing) => exception switch
    {
        StoreException or OperationCanceledException => null,
        FileNotFoundException or DirectoryNotFoundException => From(Errno.NoEntry, doing, exception),
        PathTooLongException => From(Errno.NameTooLong, doing, exception),
        UnauthorizedAccessException => From(ErrnoOf(exception.InnerException) ?? Errno.AccessDenied, doing, exception),
        // What .NET makes of EFBIG.
        ArgumentOutOfRangeException { ParamName: "value" } => From(Errno.TooBig, doing, exception),
        IOException => From(ErrnoOf(exception) ?? 0, doing, exception),
        _ => null,
    };

    public static StoreException From(int errno, string doing, Exception? exception = null)
    {
        var cause = exception ?? new IOException(System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno), errno);
        var meaning = Meanings.GetValueOrDefault(errno) ?? new Meaning(StoreError.Unavailable, cause.Message.TrimEnd('.'));
        return new StoreException(meaning.Error, $"Cannot {doing}: {meaning.Why}.", cause) { IsTransient = meaning.IsTransient };
    }

    public static StoreException NotFound(ImageLocation location) => new(StoreError.NotFound, $"There is no image at {location}.");

    public static StoreException NoDirectory(string directory) => new(StoreError.Unavailable,
        $"The directory {directory} of the store is not there; is its file system mounted?");

    // An IOException on Unix carries the errno; on Windows a code of its own, of which two matter.
    private static int? ErrnoOf(Exception? exception) => exception?.HResult switch
    {
        > 0 and < 4096 => exception.HResult,
        unchecked((int)0x80070070) or unchecked((int)0x80070027) => Errno.NoSpace,
        unchecked((int)0x80070050) or unchecked((int)0x800700B7) => Errno.Exists,
        _ => null,
    };

    private sealed record Meaning(StoreError Error, string Why, bool IsTransient = false);
}
