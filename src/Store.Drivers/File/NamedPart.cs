using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File;

// Under a hidden name beside the target. It is what a killed process leaves, and what a sweep finds.
internal sealed class NamedPart : PartFile
{
    private readonly HostFileSystem _host;
    private readonly string _path;

    private NamedPart(SafeFileHandle handle, HostFileSystem host, string path)
        : base(handle) => (_host, _path) = (host, path);

    public static NamedPart Create(HostFileSystem host, string directory)
    {
        var path = Path.Combine(directory, FileLocation.NewPartName());
        try
        {
            // Holds a shared lock as long as it is open, by which a sweep knows that the upload is alive.
            return new NamedPart(System.IO.File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), host, path);
        }
        catch (DirectoryNotFoundException)
        {
            throw FileErrors.NoDirectory(directory);
        }
        catch (Exception e) when (FileErrors.From(e, $"write to {directory}") is { } error)
        {
            throw error;
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        System.IO.File.Delete(_path);
    }

    protected override void PublishAs(string target, WriteMode mode)
    {
        if (mode == WriteMode.Replace)
        {
            System.IO.File.Move(_path, target, overwrite: true);
        }
        else
        {
            _host.MoveNew(Handle, _path, target);
        }
    }

    // The image is there, whatever becomes of the part's own name: to dispose tries again, and says so where it cannot.
    protected override void OnPublished()
    {
        try
        {
            System.IO.File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
