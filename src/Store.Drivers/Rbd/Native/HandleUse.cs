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

    public void Dispose() => _handle.DangerousRelease();
}
