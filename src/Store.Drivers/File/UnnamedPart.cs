using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File;

// Without any name (O_TMPFILE), so that a killed process leaves nothing.
internal sealed class UnnamedPart(SafeFileHandle handle, LinuxFileSystem host, string directory) : PartFile(handle)
{
    protected override void PublishAs(string target, WriteMode mode)
    {
        if (mode == WriteMode.CreateNew)
        {
            host.LinkNew(Handle, target);
            return;
        }

        // A link replaces nothing, a rename does; and a rename needs a name. The lock tells a sweep to leave it alone.
        _ = LinuxCalls.Lock(Handle, LinuxCalls.SharedLock | LinuxCalls.DoNotBlock);
        var hidden = Path.Combine(directory, FileLocation.NewPartName());
        host.LinkNew(Handle, hidden);
        try
        {
            System.IO.File.Move(hidden, target, overwrite: true);
        }
        catch
        {
            System.IO.File.Delete(hidden);
            throw;
        }
    }
}
