using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using GlanceStore.Cache.Entries;
using GlanceStore.Cache.Files;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cache;

/// <content>Files that leave the cache as clones, and files of another cache that come in.</content>
public sealed partial class ImageCache
{
    /// <summary>Makes a file of a guest's own out of a cached one: by sharing its blocks where the file system does that (XFS, Btrfs), else by copying it in the kernel.</summary>
    /// <param name="file">The cached file.</param>
    /// <param name="path">The new file, for this user alone (mode 0600). It is flushed, with its name.</param>
    /// <param name="cancellationToken">Ends it; nothing is left.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.AlreadyExists"/>: there is a file of that name; <see cref="StoreError.OutOfSpace"/>; <see cref="StoreError.AccessDenied"/>.
    /// </exception>
    public async Task<CloneMethod> CloneAsync(CachedFile file, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var from = _folder.Disk.OpenToRead(file.Path);
            var to = Create(path);
            await using var toUntilTheEnd = to.ConfigureAwait(false);
            return await CloneAsync(_folder.Disk, from, to.SafeFileHandle, path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (CacheErrors.From(e, $"clone '{file.Path}' as '{path}'") is { } error)
        {
            throw error;
        }
    }

    /// <summary>Takes over the images of another cache's directory, such as Nova's <c>_base</c>: those that are what they should be, without fetching anything.</summary>
    /// <remarks>
    /// Nova names a file by the SHA-1 of the image's id. A file is cloned, or copied, compared, and only then of this cache; it stays where it is. What Nova converted
    /// or resized has no digest that anybody knows, so it is left, and told.
    /// </remarks>
    /// <param name="directory">The directory. No link in it is followed.</param>
    /// <param name="images">The images that may be in it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What became of each of its files.</returns>
    /// <exception cref="StoreException"><see cref="StoreError.NotFound"/>: there is no such directory.</exception>
    public async IAsyncEnumerable<AdoptedFile> AdoptAsync(
        string directory, IEnumerable<KeyValuePair<ImageId, CacheSource>> images, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(images);
        var known = images.ToDictionary(image => NovaNameOf(image.Key), StringComparer.Ordinal);
        string[] paths = Directory.Exists(directory)
            ? await CacheErrors.MapAsync($"adopt what is in '{directory}'", () => Task.FromResult<string[]>([.. _folder.Disk.FilesIn(directory).Order(StringComparer.Ordinal)])).ConfigureAwait(false)
            : throw new StoreException(StoreError.NotFound, $"There is no directory '{directory}'.");
        foreach (var path in paths)
        {
            yield return known.TryGetValue(Path.GetFileName(path), out var image)
                ? await AdoptAsync(path, image.Key, image.Value, cancellationToken).ConfigureAwait(false)
                : new AdoptedFile(path, null, false, "it is of none of the images that were named");
        }
    }

    private static string NovaNameOf(ImageId id) => Convert.ToHexStringLower(Sha1(Encoding.UTF8.GetBytes(id.ToString())));

#pragma warning disable CA5350 // Nova's name of a file, and nothing that is trusted.
    private static byte[] Sha1(byte[] bytes) => SHA1.HashData(bytes);
#pragma warning restore CA5350

    private async Task<AdoptedFile> AdoptAsync(string path, ImageId id, CacheSource source, CancellationToken cancellationToken)
    {
        try
        {
            if (_folder.Disk.Look(path) is not { IsRegular: true })
            {
                return new AdoptedFile(path, id, false, "it is no regular file");
            }

            using var file = _folder.Disk.OpenToRead(path);
            if (_folder.Disk.LengthOf(file) is var size && size != source.Size)
            {
                return new AdoptedFile(path, id, false, string.Create(CultureInfo.InvariantCulture,
                    $"it has {size} bytes and the image {source.Size}, so it was converted or resized, or is not whole"));
            }

            var adoption = new Adoption(NameOf(source, null), source.Chunks);
            return new AdoptedFile(path, id, true, await adoption.RunAsync(file, _folder, _table, _space, Options.Time, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when ((e as StoreException ?? CacheErrors.From(e, $"adopt '{path}'")) is { } error)
        {
            return new AdoptedFile(path, id, false, error.Message);
        }
    }

    private static async Task<CloneMethod> CloneAsync(HostDisk disk, SafeFileHandle from, SafeFileHandle to, string path, CancellationToken cancellationToken)
    {
        var isWhole = false;
        try
        {
            var method = await FileCopy.CloneAsync(disk, from, to, cancellationToken).ConfigureAwait(false);
            disk.Flush(to, path);
            disk.FlushName(path);
            isWhole = true;
            return method;
        }
        finally
        {
            if (!isWhole)
            {
                disk.Remove(path);
            }
        }
    }

    private FileStream Create(string path)
    {
        try
        {
            return _folder.Disk.Create(path);
        }
        catch (IOException e) when (_folder.Disk.Look(path) is not null)
        {
            throw new StoreException(StoreError.AlreadyExists, $"There is a file '{path}' already, so nothing was cloned.", e);
        }
    }
}
