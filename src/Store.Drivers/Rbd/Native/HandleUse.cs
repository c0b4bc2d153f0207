using System.Runtime.InteropServices;

namespace GlanceStore.Drivers.Rbd.Native;

/// <summary>Keeps a handle from being closed while an operation on it is under way, whoever still waits for that.</summary>
internal readonly struct HandleUse : IDisposable
{
    private readonly SafeHandle _handle;

    public HandleUse(SafeHandle handle)
    {
        var held = false;
        handle.DangerousAddRef(ref held);
        _handle = handle;
    }

    /// <summary>Lets it go. Whoever is the last after it was disposed closes it, which blocks: no thread of the pool does.</summary>
    public void Dispose()
    {
        if (_handle.IsClosed)
        {
            _ = RbdThread.RunAsync(_handle.DangerousRelease);
            return;
        }

        _handle.DangerousRelease();
    }
}
