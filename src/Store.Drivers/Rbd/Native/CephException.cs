namespace GlanceStore.Drivers.Rbd.Native;

/// <summary>A call of librados or librbd that failed, with the error number it returned.</summary>
internal sealed class CephException(int errno, string call) : IOException($"{call} returned -{errno}")
{
    /// <summary>The function that failed.</summary>
    public string Call { get; } = call;

    /// <summary>The error number of <see cref="CephErrno"/>, positive.</summary>
    public int Errno { get; } = errno;

    /// <summary>Throws where a call returned an error, and returns its result where it did not.</summary>
    public static long ThrowIfFailed(long result, string call) => result >= 0 ? result : throw new CephException((int)-result, call);

    /// <summary>As <see cref="ThrowIfFailed(long, string)"/>, for calls that may also return one certain error: true where it was that one.</summary>
    public static bool IsError(long result, int errno, string call)
    {
        if (result == -errno)
        {
            return true;
        }

        ThrowIfFailed(result, call);
        return false;
    }
}
