using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File;

// Without any name (O_TMPFILE), so that a killed process leaves nothing.
internal sealed class UnnamedPart(SafeFileHandle handle, LinuxFileSystem host, string directory) : PartFile(handle)
{
    private string? _hidden;

    public override void Dispose()
    {
        base.Dispose();
        if (_hidden is not null && !IsPublished)
        {
            System.IO.File.Delete(_hidden);
        }
    }

    protected override void PublishAs(string target, WriteMode mode)
    {
        if (mode == WriteMode.CreateNew)
        {
            host.LinkNew(Handle, target);
            return;
        }

        // A link replaces nothing, a rename does; and a rename needs a name. It is kept for another try: a file that lost its last
        // name can be given none again.
        _hidden ??= Hide();
        System.IO.File.Move(_hidden, target, overwrite: true);
    }

    // The lock tells a sweep to leave it alone.
    private string Hide()
    {
        _ = LinuxCalls.Lock(Handle, LinuxCalls.SharedLock | LinuxCalls.DoNotBlock);
        var hidden = Path.Combine(directory, FileLocation.NewPartName());
        host.LinkNew(Handle, hidden);
        return hidden;
    }
}
