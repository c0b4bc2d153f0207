using GlanceStore.Drivers;
using GlanceStore.Drivers.File;
using GlanceStore.Drivers.Memory;

namespace GlanceStore.Cache.Tests;

/// <summary>A store, a directory for a cache, and images to be cached.</summary>
internal sealed class Place : IAsyncDisposable
{
    public const int ChunkBytes = 64 << 10;

    private readonly DirectoryInfo _root;

    /// <param name="readsRanges">Whether the store reads ranges.</param>
    /// <param name="isOnDisk">Whether its images are files.</param>
    /// <param name="parent">Where all of it is; the folder of temporary files by default.</param>
    public Place(bool readsRanges = true, bool isOnDisk = false, string? parent = null)
    {
        _root = Directory.CreateDirectory(Path.Combine(parent ?? Path.GetTempPath(), $"glance-store-cache-{Guid.NewGuid():N}"));
        StoreDriver driver = isOnDisk ? new FileDriver(new FileDriverOptions { Directory = Directory.CreateDirectory(At("store")).FullName }) : new MemoryDriver();
        Driver = new WatchedDriver(driver) { CanReadRanges = readsRanges };
        Stores = new ImageStores([StoreOf(Driver)]);
    }

    public WatchedDriver Driver { get; }

    public ImageStores Stores { get; }

    public string Folder => At("cache");

    /// <summary>The directories of all entries, by their names.</summary>
    public string[] Entries => [.. Directory.EnumerateFileSystemEntries(Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public string At(string name) => Path.Combine(_root.FullName, name);

    public static ImageStore StoreOf(StoreDriver driver, string id = "s", int attempts = 1) => new(id, driver, new ImageStoreOptions
    {
        ChunkBytes = ChunkBytes,
        MaxAttempts = attempts,
        RetryDelay = TimeSpan.FromMilliseconds(1),
    });

    /// <summary>Bytes of which no chunk is like another, with a chunk of zeros where there are more than four.</summary>
    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        if (length > 5 * ChunkBytes)
        {
            bytes.AsSpan(3 * ChunkBytes, ChunkBytes).Clear();
        }

        return bytes;
    }

    public Task<ImageReceipt> PutAsync(byte[] image) => Stores.Default.PutAsync(ImageId.New(), new MemoryStream(image));

    public async Task<CacheSource> SourceAsync(byte[] image) => new(await PutAsync(image));

    /// <summary>An image as glance tells of it: a place, a digest and a size.</summary>
    public async Task<CacheSource> PlainSourceAsync(byte[] image)
    {
        var receipt = await PutAsync(image);
        return new CacheSource([receipt.Location], receipt.MultiHash!, receipt.Size);
    }

    public Task<ImageCache> OpenAsync(Func<ImageCacheOptions, ImageCacheOptions>? with = null) =>
        ImageCache.OpenAsync(Stores, (with ?? (options => options))(new ImageCacheOptions { Directory = Folder, ReadAheadBytes = 0 }));

    public string ImageOf(CacheSource source, string? format = null) =>
        Path.Combine(Folder, $"{source.Digest.Algorithm}-{source.Digest.Hex}{(format is null ? "" : $".{format}")}", "image");

    public async ValueTask DisposeAsync()
    {
        await Stores.DisposeAsync();
        _root.Delete(recursive: true);
    }

    /// <summary>Checks that a cached image is that one, read in pieces that lie across its chunks.</summary>
    public static async Task SameAsync(byte[] expected, Stream image)
    {
        Assert.AreEqual(expected.Length, image.Length);
        image.Position = 0;
        var found = new byte[expected.Length];
        await image.ReadExactlyAsync(found);
        Assert.AreEqual(0, await image.ReadAsync(new byte[1]));
        Assert.IsTrue(expected.AsSpan().SequenceEqual(found));
    }

    public static async Task<StoreException> FailsAsync(StoreError error, Func<Task> action)
    {
        var failure = await Assert.ThrowsExactlyAsync<StoreException>(action);
        Assert.AreEqual(error, failure.Error, failure.Message);
        return failure;
    }
}
