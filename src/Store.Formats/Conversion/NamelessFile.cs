using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Formats.Conversion;

/// <summary>
/// A file without a name: it goes with the last process that has it open, however that ends. Another process of the same user opens it by
/// <see cref="PathForOthers"/>.
/// </summary>
internal sealed class NamelessFile : IAsyncDisposable
{
    private NamelessFile(FileStream stream) => Stream = stream;

    public FileStream Stream { get; }

    /// <summary>An absolute path without anything that could be taken for a protocol or an option.</summary>
    public string PathForOthers => string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{NumberOf(Stream.SafeFileHandle)}");

    /// <summary>Makes one on the file system of a directory.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: the directory cannot be written to.</exception>
    public static NamelessFile Create(string directory)
    {
        var path = Path.Combine(Path.GetFullPath(directory), $"glance-store-convert-{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            Directory.CreateDirectory(directory);
            var file = new NamelessFile(new FileStream(path, options));
            File.Delete(path);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"The directory for the files of qemu-img cannot be written to: {e.Message}", e);
        }
    }

    public ValueTask DisposeAsync() => Stream.DisposeAsync();

    private static nint NumberOf(SafeFileHandle handle) => handle.DangerousGetHandle();
}
