using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File;

// Under a hidden name beside the target. It is what a killed process leaves, and what a sweep finds.
internal sealed class NamedPart : PartFile
{
    private readonly HostFileSystem _host;
    private readonly string _path;
    private bool _stays;

    private NamedPart(SafeFileHandle handle, HostFileSystem host, string path, bool stays)
        : base(handle) => (_host, _path, _stays) = (host, path, stays);

    // What a writer can be opened again by; null where the part goes with its writer.
    public override string? Token => _stays ? Path.GetFileName(_path) : null;

    public static NamedPart Create(HostFileSystem host, string directory) => Create(host, directory, FileShare.ReadWrite | FileShare.Delete, stays: false);

    // For a writer that may be opened again, but never two at once.
    public static NamedPart CreateToStay(HostFileSystem host, string directory) => Create(host, directory, Exclusive, stays: true);

    // Null where there is no such part.
    public static NamedPart? TryReopen(HostFileSystem host, string directory, string token, bool stays)
    {
        var path = Path.Combine(directory, token);
        if (Path.GetFileName(token) != token || !FileLocation.IsPart(token) || !System.IO.File.Exists(path) || new FileInfo(path).LinkTarget is not null)
        {
            return null;
        }

        try
        {
            return new NamedPart(System.IO.File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, Exclusive), host, path, stays);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (FileErrors.From(e, $"go on with {path}") is { } error)
        {
            throw error;
        }
    }

    // On Unix, an exclusive lock. On Windows a file can only be renamed while it is open where that is shared.
    private static FileShare Exclusive => OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    private static NamedPart Create(HostFileSystem host, string directory, FileShare share, bool stays)
    {
        var path = Path.Combine(directory, FileLocation.NewPartName());
        try
        {
            // Holds a lock as long as it is open, by which a sweep knows that the upload is alive.
            return new NamedPart(System.IO.File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, share), host, path, stays);
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
        if (!_stays || IsPublished)
        {
            System.IO.File.Delete(_path);
        }
    }

    public override void Discard()
    {
        _stays = false;
        Dispose();
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
