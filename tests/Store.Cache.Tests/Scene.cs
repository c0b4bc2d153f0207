using System.Security.Cryptography;
using System.Text;
using GlanceStore.Conformance;
using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>An operation of a cache with all that it needs, and what must hold after it, however it ended.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private static readonly ImageId Id = ImageId.Parse("the-image");

    // In memory, where there is room for files: thousands of scenes are flushed to the disk.
    private readonly Place _place = new(parent: Directory.Exists("/dev/shm") ? "/dev/shm" : null);
    private readonly string _operation;
    private byte[] _stored = [];
    private byte[] _bytes = [];
    private CacheSource _source = null!;

    private Scene(string operation) => _operation = operation;

    public static IReadOnlyList<string> Operations { get; } =
        ["ensure", "ensure by digest", "ensure raw", "mend", "read", "read extents", "fill", "clone", "adopt", "evict", "trim", "verify", "scrub", "list"];

    private string? Format => _operation == "ensure raw" ? "raw" : null;

    private bool IsDamaged => _operation is "mend" or "verify" or "scrub";

    private string Clone => _place.At("guest.raw");

    private string Nova => _place.At("_base");

    public static async Task<Scene> MakeAsync(string operation)
    {
        var scene = new Scene(operation);
        await scene.PutAsync();
        return scene;
    }

    public Task<ImageCache> OpenAsync(FaultyDisk disk) => _place.OpenAsync(options => options with
    {
        Disk = disk,
        Parallelism = 1,
        MaxBytes = 1 << 30,
        ReverifyAfter = TimeSpan.FromTicks(1), // all that is read is compared
    });

    /// <summary>The cache as it is before the operation.</summary>
    public async Task PrepareAsync()
    {
        File.Delete(Clone);
        if (IsDamaged || _operation is "clone" or "evict" or "trim" or "list")
        {
            await using var cache = await _place.OpenAsync();
            await (await cache.EnsureAsync(_source)).DisposeAsync();
        }

        if (IsDamaged)
        {
            await using var file = new FileStream(_place.ImageOf(_source), FileMode.Open) { Position = 2 * ChunkBytes };
            file.WriteByte((byte)(_bytes[2 * ChunkBytes] ^ 1));
        }
    }

    /// <summary>The operation itself.</summary>
    public async Task RunAsync(ImageCache cache, CancellationToken cancellationToken)
    {
        switch (_operation)
        {
            case "ensure" or "ensure by digest" or "ensure raw" or "mend":
                await using (var file = await cache.EnsureAsync(_source, Format, cancellationToken: cancellationToken))
                {
                    Same(_bytes, await File.ReadAllBytesAsync(file.Path, cancellationToken));
                }

                break;
            case "read" or "read extents" or "fill":
                await UseAsync(cache, cancellationToken);
                break;
            case "clone":
                await using (var file = await cache.EnsureAsync(_source, cancellationToken: cancellationToken))
                {
                    await cache.CloneAsync(file, Clone, cancellationToken);
                    Same(_bytes, await File.ReadAllBytesAsync(Clone, cancellationToken));
                }

                break;
            case "adopt":
                await foreach (var _ in cache.AdoptAsync(Nova, [KeyValuePair.Create(Id, _source)], cancellationToken))
                {
                }

                break;
            case "evict":
                await cache.EvictAsync(_source.Digest, cancellationToken);
                break;
            case "trim":
                await cache.EvictAsync(1, cancellationToken);
                break;
            case "verify":
                await foreach (var check in cache.VerifyAsync(cancellationToken: cancellationToken))
                {
                    Assert.IsNotEmpty(check.Damage);
                }

                break;
            case "scrub":
                await cache.ScrubAsync(TimeSpan.FromTicks(1), cancellationToken);
                break;
            default:
                await cache.ListAsync(cancellationToken);
                break;
        }
    }

    /// <summary>What must hold on a disk that works again.</summary>
    /// <param name="what">What was done to the disk.</param>
    /// <param name="isForGood">Whether it did not even let go what was to be cleared away.</param>
    public async Task CheckAsync(string what, bool isForGood)
    {
        Assert.IsEmpty(OpenFiles(), what);
        await using var cache = await _place.OpenAsync();
        await CheckWholeAsync(cache, what);
        CheckOutside(what, isForGood);
        await using (var file = await cache.EnsureAsync(_source, Format))
        {
            Same(_bytes, await File.ReadAllBytesAsync(file.Path), what);
        }

        await using (var image = await cache.OpenAsync(_source, Format))
        {
            await SameAsync(_bytes, image);
        }

        await cache.EvictAsync(_source.Digest);
        Assert.IsEmpty(_place.Entries, what);
    }

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    private async Task PutAsync()
    {
        _stored = _bytes = Bytes((2 * ChunkBytes) + 13);
        _bytes.AsSpan(ChunkBytes, ChunkBytes).Clear();
        if (_operation == "ensure raw")
        {
            (_stored, _bytes) = await DiskTests.MakeAsync(_place, "qcow2", "", 18 * 20480);
        }

        _source = _operation == "ensure by digest" ? await _place.PlainSourceAsync(_stored) : await _place.SourceAsync(_stored);
        if (_operation == "adopt")
        {
            Directory.CreateDirectory(Nova);
            await File.WriteAllBytesAsync(Path.Combine(Nova, Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(Id.ToString())))), _stored);
        }
    }

    private async Task UseAsync(ImageCache cache, CancellationToken cancellationToken)
    {
        await using var image = await cache.OpenAsync(_source, cancellationToken: cancellationToken);
        if (_operation == "fill")
        {
            await image.FillAsync(1L << 40, cancellationToken: cancellationToken);
        }

        await SameAsync(_bytes, image);
        if (_operation == "read extents")
        {
            var end = 0L;
            await foreach (var extent in image.GetExtentsAsync(cancellationToken: cancellationToken))
            {
                Assert.IsTrue(extent.Kind == Formats.DiskExtentKind.Data || !_bytes.AsSpan((int)extent.Offset, (int)extent.Length).ContainsAnyExcept((byte)0));
                end = extent.Offset + extent.Length;
            }

            Assert.AreEqual(_bytes.Length, end);
        }
    }

    // What is said to be whole is the image: but for the bit that this test has flipped.
    private async Task CheckWholeAsync(ImageCache cache, string what)
    {
        foreach (var entry in (await cache.ListAsync()).Where(entry => entry.IsWhole && !IsDamaged))
        {
            var expected = entry.Format is null ? _stored : _bytes;
            Same(expected, await File.ReadAllBytesAsync(_place.ImageOf(_source, entry.Format)), what);
        }
    }

    private void CheckOutside(string what, bool isForGood)
    {
        if (_operation == "clone" && File.Exists(Clone) && !isForGood)
        {
            Same(_bytes, File.ReadAllBytes(Clone), what);
        }

        if (_operation == "adopt")
        {
            Same(_stored, File.ReadAllBytes(Directory.GetFiles(Nova).Single()), what);
        }

        string[] known = ["cache", "store", "_base", "guest.raw", "disk.raw", "disk.image", "again.raw"];
        Assert.IsEmpty(Directory.GetFileSystemEntries(_place.At("")).Select(path => Path.GetFileName(path)).Except(known), what);
    }

    private static void Same(byte[] expected, byte[] found, string? what = null) => Assert.IsTrue(expected.AsSpan().SequenceEqual(found), what);

    // Those of this process that lead to this place.
    private string[] OpenFiles() =>
        [.. Directory.GetFiles("/proc/self/fd").Select(path => TryReadLink(path) ?? "").Where(target => target.StartsWith(_place.Folder, StringComparison.Ordinal))];

    private static string? TryReadLink(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null; // closed meanwhile
        }
    }
}
