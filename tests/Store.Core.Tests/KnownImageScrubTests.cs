using System.Security.Cryptography;
using GlanceStore.Drivers.Memory;

namespace GlanceStore.Core.Tests;

/// <summary>A scrub of images that no put of ours made a receipt of: what is known of them is a checksum, a multihash, or nothing.</summary>
[TestClass]
public sealed class KnownImageScrubTests
{
    private const int Size = 300_000;
    private const string Id = "store";
    private static readonly ImageStoreOptions Small = new() { ChunkBytes = 64 << 10, RetryDelay = TimeSpan.Zero, MaxAttempts = 2 };

    private readonly MemoryStorage _storage = new();
    private readonly ScriptedDriver _driver;
    private readonly ImageStores _stores;

    public KnownImageScrubTests()
    {
        _driver = new ScriptedDriver(new MemoryDriverOptions { Storage = _storage });
        _stores = new ImageStores([new ImageStore(Id, _driver, Small)]);
    }

    [TestCleanup]
    public ValueTask CleanAsync() => _stores.DisposeAsync();

    [TestMethod]
    [DataRow("md5")]
    [DataRow("sha512")]
    [DataRow("sha256")]
    [DataRow("md5, sha512")]
    public async Task An_image_without_chunks_is_compared_with_what_digests_are_known(string algorithms)
    {
        var image = await PutAsync("a", Size, algorithms.Split(", "));
        var result = await CheckAsync(image);
        Assert.AreEqual((ScrubOutcome.Whole, (long)Size), (result.Outcome, result.BytesRead), result.Error?.Message);
        Assert.AreEqual(algorithms, string.Join(", ", result.ComparedWith));
        _storage.Corrupt("a", Size - 1);
        result = await CheckAsync(image);
        Assert.AreEqual((ScrubOutcome.Corrupted, (long)Size), (result.Outcome, result.BytesRead));
        Assert.IsEmpty(result.Damage);
        Assert.Contains(algorithms.Split(", ")[0], result.Error!.Message);
    }

    [TestMethod]
    public async Task An_image_of_another_size_than_was_recorded_is_corrupted_and_not_read()
    {
        var image = await PutAsync("a", Size, "md5") with { Size = Size + 1 };
        var result = await CheckAsync(image);
        Assert.AreEqual((ScrubOutcome.Corrupted, 0L), (result.Outcome, result.BytesRead));
        Assert.Contains($"{Size + 1} were recorded", result.Error!.Message);
        Assert.AreEqual(ScrubOutcome.Corrupted, (await CheckAsync(image with { Checksum = null })).Outcome);
    }

    [TestMethod]
    public async Task Without_chunks_and_digests_an_image_is_unverified_and_not_read()
    {
        var image = await PutAsync("a", Size);
        var opened = 0;
        _driver.OnOpenRead = (_, _, _, open) =>
        {
            opened++;
            return open();
        };
        var result = await CheckAsync(image);
        Assert.AreEqual((ScrubOutcome.Unverified, 0L, 0), (result.Outcome, result.BytesRead, opened));
        Assert.Contains("nothing to compare", result.Error!.Message);
        Assert.IsEmpty(result.ComparedWith);
    }

    [TestMethod]
    public async Task Where_none_was_recorded_the_digest_that_the_backend_keeps_will_do()
    {
        var image = await PutAsync("a", Size);
        var kept = Digest("md5", Bytes("a", Size));
        _driver.OnFind = async (_, _, find) => await find() is { } found ? found with { Digest = kept } : null;
        var result = await CheckAsync(image);
        Assert.AreEqual((ScrubOutcome.Whole, "md5"), (result.Outcome, string.Join(", ", result.ComparedWith)));
        _storage.Corrupt("a", 7);
        Assert.AreEqual(ScrubOutcome.Corrupted, (await CheckAsync(image)).Outcome);
    }

    [TestMethod]
    public async Task What_is_known_of_an_image_that_is_gone_or_whose_store_is_not_here_does_not_end_a_scrub()
    {
        var images = new[]
        {
            await PutAsync("a", Size, "md5"),
            new KnownImage(new ImageLocation("memory://x/gone", Id)),
            new KnownImage(new ImageLocation("memory://elsewhere/a", "gone")),
            new KnownImage(new ImageLocation("memory://elsewhere/a", "gone")) { Checksum = Digest("md5", []) },
            await PutAsync("b", 0, "sha512"),
        };
        images[1] = new KnownImage(_stores[Id].LocationOf(new ImageId("gone")));
        var results = await new Scrub(_stores).RunAsync(images).ToListAsync();
        Assert.AreSequenceEqual(
            new[] { ScrubOutcome.Whole, ScrubOutcome.Missing, ScrubOutcome.Unreadable, ScrubOutcome.Unreadable, ScrubOutcome.Whole }, results.Select(result => result.Outcome));
    }

    [TestMethod]
    public async Task Receipts_and_records_are_checked_in_one_scrub()
    {
        var receipt = await _stores[Id].PutAsync(new ImageId("a"), new MemoryStream(Bytes("a", Size)));
        var known = await PutAsync("b", Size, "md5");
        _storage.Corrupt("a", 0);
        _storage.Corrupt("b", 0);
        var results = await new Scrub(_stores).RunAsync(new IKnownImage[] { receipt, known }).ToListAsync();
        Assert.AreSequenceEqual(new[] { 1, 0 }, results.Select(result => result.Damage.Count));
        Assert.IsTrue(results.TrueForAll(result => result.Outcome == ScrubOutcome.Corrupted));
    }

    [TestMethod]
    public async Task Images_without_chunks_are_all_read_at_once_within_the_memory_of_reads()
    {
        const int Many = 16;
        var budget = new TransferBudget(6 << 20);
        await using var stores = new ImageStores([new ImageStore(Id, _driver, Small with { ChunkBytes = 1 << 20 }, budget)]);
        var images = new List<KnownImage>();
        for (var i = 0; i < Many; i++)
        {
            images.Add(await PutAsync($"image-{i:00}", 400_000, "md5", "sha512"));
        }

        var (open, most) = (0, 0L);
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _driver.OnOpenRead = async (_, _, cancellationToken, call) =>
        {
            if (Interlocked.Increment(ref open) == Many)
            {
                full.TrySetResult();
            }

            await full.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
            lock (images)
            {
                most = Math.Max(most, budget.UsedBytes);
            }

            return await call();
        };
        var results = await new Scrub(stores, new ScrubOptions { Parallelism = Many }).RunAsync(images).ToListAsync();
        Assert.IsTrue(results.TrueForAll(result => result.Outcome == ScrubOutcome.Whole), string.Join(' ', results.Select(result => result.Error?.Message)));
        Assert.IsGreaterThan(0, most);
        Assert.IsLessThanOrEqualTo(budget.Bytes / 2, most);
        Assert.AreEqual(0, budget.UsedBytes);
    }

    private Task<ScrubResult> CheckAsync(KnownImage image) => new Scrub(_stores).CheckAsync(image);

    private async Task<KnownImage> PutAsync(string id, int size, params string[] algorithms)
    {
        var bytes = Bytes(id, size);
        var receipt = await _stores[Id].PutAsync(new ImageId(id), new MemoryStream(bytes));
        return new KnownImage(receipt.Location)
        {
            Size = size,
            Checksum = algorithms.Contains("md5") ? Digest("md5", bytes) : null,
            MultiHash = Array.Find(algorithms, algorithm => algorithm != "md5") is { } other ? Digest(other, bytes) : null,
        };
    }

    private static byte[] Bytes(string id, int size)
    {
        var bytes = new byte[size];
        new Random(id[^1]).NextBytes(bytes);
        return bytes;
    }

    private static Digest Digest(string algorithm, byte[] bytes) =>
        new(algorithm, Convert.ToHexString(CryptographicOperations.HashData(new HashAlgorithmName(algorithm.ToUpperInvariant()), bytes)));
}
