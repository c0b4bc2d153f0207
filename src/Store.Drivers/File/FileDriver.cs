using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File;

/// <summary>Keeps images as files of one or several directories, as OpenStack's file store lays them out: <c>DIRECTORY/ID</c>.</summary>
public sealed partial class FileDriver : StoreDriver, ISweeper, IResumableWrites
{
    /// <summary>Makes a driver. Directories that are missing are made by the first write.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="logger">Told what is tolerated: permissions that cannot be set, a part that cannot be removed. Null for nowhere.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidConfiguration"/>: the options are wrong, or no directory is there and none can be made.
    /// </exception>
    public FileDriver(FileDriverOptions options, ILogger<FileDriver>? logger = null, TimeProvider? time = null)
        : this(options, logger, HostFileSystem.Current, time)
    {
    }

    internal FileDriver(FileDriverOptions options, ILogger<FileDriver>? logger, HostFileSystem host, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mistakes() is { Count: > 0 } mistakes)
        {
            throw new StoreException(StoreError.InvalidConfiguration, string.Join(". ", mistakes) + ".");
        }

        Options = options;
        Host = host;
        Time = time ?? TimeProvider.System;
        Log = logger ?? NullLogger<FileDriver>.Instance;
        Metadata = options.MetadataFile is { } file ? FileMetadata.Read(file, []) : FileMetadata.Empty;
        Directories = FileDirectories.Prepare(options, host, Log);
        NoteDirectoriesWithoutMetadata();
    }

    /// <inheritdoc/>
    public override DriverInfo Info { get; } = new(
        FileLocation.Scheme, FileLocation.Schemes, new DriverCapabilities { PreferredChunkBytes = 4 << 20 });

    internal FileDriverOptions Options { get; }

    internal HostFileSystem Host { get; }

    internal FileDirectories Directories { get; }

    internal FileMetadata Metadata { get; }

    internal ILogger Log { get; }

    internal TimeProvider Time { get; }

    /// <inheritdoc/>
    /// <remarks>Of several directories, the one that holds an image of that id; the first by priority where none does.</remarks>
    public override ImageLocation LocationOf(ImageId id) => FileLocation.Of(Path.Combine(Directories.Holding(id.Value).Path, id.Value));

    /// <inheritdoc/>
    public override ImageLocation ParseLocation(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        _ = Directories.Resolve(uri);
        return FileLocation.Of(FileLocation.PathOf(uri));
    }

    /// <inheritdoc/>
    public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = Directories.Resolve(location.Uri);
        var status = Host.Find(path, Directories);
        if (status is null)
        {
            RequireDirectoryOf(path);
        }

        return ValueTask.FromResult(status?.Describe(location, MetadataOf(location)));
    }

    /// <inheritdoc/>
    public override ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = Directories.Resolve(location.Uri);
        var handle = Host.OpenRead(path, Directories);
        if (handle is null)
        {
            RequireDirectoryOf(path);
            throw FileErrors.NotFound(location);
        }

        try
        {
            return ValueTask.FromResult<DriverReader>(Reader(location, intent, path, handle));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = Directories.Resolve(location.Uri);
        if (intent.VersionTag is { } tag && Host.Find(path, Directories) is { } status && status.VersionTag != tag)
        {
            throw new StoreException(StoreError.Changed, $"The image at {location} was replaced, so it was not deleted.");
        }

        var removed = Host.Remove(path, Directories);
        if (removed)
        {
            await FinalSteps.FlushAsync(Host, Path.GetDirectoryName(path)!, Time).ConfigureAwait(false);
        }
        else
        {
            RequireDirectoryOf(path);
        }

        return removed;
    }

    internal IReadOnlyDictionary<string, string> MetadataOf(ImageLocation location) => Metadata.For(FileLocation.PathOf(location.Uri));

    private void NoteDirectoriesWithoutMetadata()
    {
        foreach (var root in Directories.Roots.Where(root => Options.MetadataFile is not null && Metadata.For(Path.Combine(root.Path, "image")).Count == 0))
        {
            FileLog.NoMetadata(Log, root.Path);
        }
    }

    private FileReader Reader(ImageLocation location, ReadIntent intent, string path, SafeFileHandle handle)
    {
        var status = Host.StatusOf(handle, path);
        if (intent.VersionTag is { } tag && tag != status.VersionTag)
        {
            throw new StoreException(StoreError.Changed, $"The image at {location} was replaced while it was being read.");
        }

        var range = intent.Range?.Within(status.Size);
        return new FileReader(status.Describe(location, MetadataOf(location)), handle, range?.Offset ?? 0, range?.Length ?? status.Size);
    }

    // An image that is not there is one thing; a directory that is gone, and its images with it for now, is another.
    private void RequireDirectoryOf(string path)
    {
        var root = Directories.Roots.First(root => FileLocation.IsInside(root.RealPath, path));
        if (root.WasThere && !System.IO.Directory.Exists(root.RealPath))
        {
            throw FileErrors.NoDirectory(root.Path);
        }
    }
}
