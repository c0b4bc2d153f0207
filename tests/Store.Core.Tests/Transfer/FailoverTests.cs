using System.Collections.Concurrent;
using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using Microsoft.Extensions.Time.Testing;
using static GlanceStore.Core.Tests.Transfer.SampleBytes;

namespace GlanceStore.Core.Tests.Transfer;

[TestClass]
public sealed class FailoverTests
{
    private const int Chunk = 64 << 10;
    private static readonly ImageStoreOptions Small = new() { ChunkBytes = Chunk, RetryDelay = TimeSpan.Zero, MaxAttempts = 3 };
    private static readonly ImageId Id = new("a");
    private static readonly byte[] Image = Bytes(10 * Chunk + 17);

    private readonly FakeTimeProvider _time = new();
    private readonly TransferBudget _budget = new(1 << 20);
    private readonly Dictionary<string, MemoryStorage> _storages = [];
    private readonly Dictionary<string, ScriptedDriver> _drivers = [];
    private readonly ConcurrentQueue<string> _opened = new();
    private long _moved;

    [TestMethod]
    public async Task The_preferred_store_is_read_then_the_heaviest_then_the_first()
    {
        await using var stores = Stores(("a", 0), ("b", 5), ("c", 5));
        var receipts = await PutAsync(stores);
        foreach (var (preferred, expected) in new (string[], string)[] { ([], "b"), (["C"], "c"), (["x", "a", "b"], "a") })
        {
            await using var stream = await stores.OpenReadAsync(
                receipts.Select(receipt => receipt.Location), ReadOptions.Verify(receipts[0]) with { PreferredStores = preferred });
            Assert.AreEqual(expected, stream.Object.Location.StoreId);
            CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
        }
    }

    [TestMethod]
    public async Task A_store_that_does_not_answer_hands_over_before_the_first_byte_and_costs_one_attempt()
    {
        await using var stores = Stores(("a", 1), ("b", 0));
        var receipts = await PutAsync(stores);
        Break("a");
        await using var stream = await OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0]));
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
        Assert.AreEqual(("b", 1), (stream.Object.Location.StoreId, _opened.Count(id => id == "a")));
    }

    [TestMethod]
    public async Task Without_anything_to_verify_with_a_read_hands_over_before_the_first_byte_and_not_after_it()
    {
        await using var stores = Stores(("a", 1), ("b", 0));
        var receipts = await PutAsync(stores);
        Break("a");
        await using (var stream = await OpenAsync(stores, receipts, new ReadOptions()))
        {
            CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
        }

        Heal("a");
        await using var broken = await OpenAsync(stores, receipts, new ReadOptions { PreferredStores = ["b"], Range = new ByteRange(0, 200_000) });
        Break("b", after: 1000);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () =>
        {
            await ReadAllAsync(broken);
            broken.Position = 0;
            await ReadAllAsync(broken);
        });
        Assert.AreEqual((StoreError.Unavailable, "b"), (error.Error, error.StoreId));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_store_that_dies_in_mid_body_is_left_at_the_same_byte_and_nothing_is_fetched_twice(bool withManifest)
    {
        await using var stores = Stores(("a", 1), ("b", 0));
        var receipts = await PutAsync(stores);
        Break("a", after: Chunk / 3, from: 4 * Chunk);
        Meter("a", "b");
        var options = withManifest ? ReadOptions.Verify(receipts[0]) : new ReadOptions { ExpectedDigests = [receipts[0].MultiHash!] };
        await using var stream = await OpenAsync(stores, receipts, options);
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
        Assert.AreNotEqual(ReadVerification.None, stream.Verdict.Verification);
        Assert.Contains("b", _opened.ToArray());
        Assert.IsLessThan(Image.Length + Chunk, Interlocked.Read(ref _moved), "less than a chunk is repeated");
    }

    [TestMethod]
    public async Task A_damaged_chunk_is_fetched_from_another_store()
    {
        await using var stores = Stores(("a", 1), ("b", 0));
        var receipts = await PutAsync(stores);
        _storages["a"].Corrupt("a", (3 * Chunk) + 5);
        await using var stream = await OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0]));
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
    }

    [TestMethod]
    public async Task A_store_is_not_blamed_for_the_damaged_bytes_of_another_that_broke_off_in_the_same_chunk()
    {
        await using var stores = Stores(("a", 1), ("b", 0));
        var receipts = await PutAsync(stores);
        _storages["a"].Corrupt("a", (4 * Chunk) + 5);
        Break("a", after: 1000, from: 4 * Chunk, error: new StoreException(StoreError.AccessDenied, "No longer yours."));
        await using var stream = await OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0]));
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
    }

    [TestMethod]
    public async Task Chunks_damaged_in_different_places_still_make_a_whole_image()
    {
        await using var stores = Stores(("a", 1), ("b", 0));
        var receipts = await PutAsync(stores);
        _storages["a"].Corrupt("a", (3 * Chunk) + 5);
        _storages["b"].Corrupt("a", (7 * Chunk) + 5);
        await using var stream = await OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0]));
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
    }

    [TestMethod]
    public async Task Whoever_reads_learns_which_place_was_passed_over_and_why()
    {
        await using var stores = Stores(("a", 1), ("b", 0));
        var receipts = await PutAsync(stores);
        _storages["a"].Corrupt("a", (3 * Chunk) + 5);
        var told = new ToldFailovers();
        await using var stream = await OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0]) with { Failovers = told });
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
        var failure = told.Single();
        Assert.AreEqual((StoreError.Corrupted, "a", receipts[0].Location), (failure.Error, failure.StoreId, failure.Location));
    }

    [TestMethod]
    public async Task A_chunk_damaged_in_every_store_is_refused_before_a_byte_of_it()
    {
        await using var stores = Stores(("a", 1), ("b", 0));
        var receipts = await PutAsync(stores);
        _storages["a"].Corrupt("a", 3 * Chunk);
        _storages["b"].Corrupt("a", (3 * Chunk) + 9);
        await using var stream = await OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0]));
        await stream.ReadExactlyAsync(new byte[3 * Chunk]);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stream.ReadAsync(new byte[1]).AsTask());
        Assert.AreEqual(StoreError.Corrupted, error.Error);
        Assert.Contains("'a': ", error.Message);
        Assert.Contains("'b': ", error.Message);
    }

    [TestMethod]
    public async Task A_store_that_holds_another_image_under_the_name_is_not_spliced_in()
    {
        await using var stores = Stores(("a", 1), ("b", 0));
        var receipts = await PutAsync(stores);
        await stores["b"].PutAsync(Id, new MemoryStream(Image[..^1]), new PutOptions { Mode = WriteMode.Replace });
        Break("a", after: 1000, from: 4 * Chunk);
        await using var stream = await OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0]));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => ReadAllAsync(stream));
        Assert.Contains($"has {Image.Length - 1} bytes", error.Message);
    }

    [TestMethod]
    public async Task Where_all_candidates_are_dead_the_error_tells_what_each_said()
    {
        await using var stores = Stores(("a", 1), ("b", 0), ("c", 0));
        var receipts = await PutAsync(stores);
        await stores["b"].DeleteAsync(receipts[1].Location);
        await stores.RemoveAsync("c");
        Break("a");
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0])));
        Assert.AreEqual((StoreError.Unavailable, true), (error.Error, error.IsTransient));
        Assert.StartsWith("None of 3 stores gives the image. ", error.Message);
        Assert.Contains("'a': The store is dead. (after 3 attempts)", error.Message);
        Assert.Contains("'b': There is no image at memory://b/a.", error.Message);
        Assert.Contains("The store 'c' was removed", error.Message);
        Assert.AreEqual(0, _budget.UsedBytes);
        Heal("a");
        await stores["a"].DeleteAsync(receipts[0].Location);
        error = await Assert.ThrowsExactlyAsync<StoreException>(() => OpenAsync(stores, receipts[..2], ReadOptions.Verify(receipts[0])));
        Assert.AreEqual((StoreError.NotFound, false), (error.Error, error.IsTransient));
    }

    [TestMethod]
    public async Task No_candidate_is_the_callers_mistake_and_one_that_is_not_there_its_own_error()
    {
        await using var stores = Stores(("a", 1));
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => stores.OpenReadAsync(Array.Empty<ImageLocation>()));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.OpenReadAsync([new ImageLocation("memory://x/a", "x")]));
        Assert.AreEqual("There is no store 'x'; there is 'a'.", error.Message);
    }

    [TestMethod]
    public async Task Stores_that_all_fail_for_a_moment_are_tried_again()
    {
        await using var stores = Stores(("a", 1), ("b", 0));
        var receipts = await PutAsync(stores);
        var failures = 3;
        foreach (var driver in _drivers.Values)
        {
            driver.OnOpenRead = (_, _, _, open) => Interlocked.Decrement(ref failures) >= 0 ? throw Dead() : open();
        }

        await using var stream = await OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0]));
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
    }

    [TestMethod]
    public async Task A_dead_store_is_passed_over_after_two_failures_until_the_pause_is_over()
    {
        await using var stores = Stores(("a", 1), ("b", 0));
        var receipts = await PutAsync(stores);
        Break("a");
        for (var i = 0; i < 5; i++)
        {
            await using var stream = await OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0]));
            Assert.AreEqual("b", stream.Object.Location.StoreId);
        }

        Assert.AreEqual(2, _opened.Count(id => id == "a"));
        Heal("a");
        _time.Advance(TimeSpan.FromSeconds(31));
        await using var healed = await OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0]));
        Assert.AreEqual("a", healed.Object.Location.StoreId);
    }

    [TestMethod]
    public async Task A_missing_image_is_no_reason_to_pass_a_store_over()
    {
        await using var stores = Stores(("a", 1), ("b", 0));
        var receipts = await PutAsync(stores);
        await stores["a"].DeleteAsync(receipts[0].Location);
        for (var i = 0; i < 5; i++)
        {
            await using var stream = await OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0]));
        }

        Assert.AreEqual(5, _opened.Count(id => id == "a"));
    }

    [TestMethod]
    public async Task A_store_that_is_passed_over_is_asked_all_the_same_where_nothing_else_is_left()
    {
        await using var stores = Stores(("a", 1), ("b", 0));
        var receipts = await PutAsync(stores);
        Break("a");
        for (var i = 0; i < 3; i++)
        {
            await using var stream = await OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0]));
        }

        Heal("a");
        Break("b");
        await using var last = await OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0]));
        CollectionAssert.AreEqual(Image, await ReadAllAsync(last));
    }

    [TestMethod]
    public async Task A_store_that_reads_no_ranges_cannot_go_on_in_mid_body_and_another_does()
    {
        _ = Driver("b", new DriverCapabilities { CanReadRanges = false });
        await using var stores = Stores(("a", 2), ("b", 1), ("c", 0));
        var receipts = await PutAsync(stores);
        Break("a", after: 1000, from: 4 * Chunk);
        await using var stream = await OpenAsync(stores, receipts, ReadOptions.Verify(receipts[0]));
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
        Assert.Contains("c", _opened.ToArray());
    }

    [TestMethod]
    public async Task Every_candidate_stays_in_use_until_the_stream_is_disposed()
    {
        await using var stores = Stores(("a", 1), ("b", 0), ("keep", 0));
        stores.MakeDefault("keep");
        var receipts = await PutAsync(stores);
        await using (var stream = await OpenAsync(stores, receipts[..2], ReadOptions.Verify(receipts[0])))
        {
            await stores.RemoveAsync("a");
            await stores.RemoveAsync("b");
            Break("a", after: 1000, from: 4 * Chunk);
            CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
            Assert.AreEqual((0, 0), (_drivers["a"].Closed, _drivers["b"].Closed));
        }

        Assert.AreEqual((1, 1), (_drivers["a"].Closed, _drivers["b"].Closed));
        Assert.AreEqual(0, _budget.UsedBytes);
    }

    private ImageStores Stores(params (string Id, int Weight)[] stores) =>
        new(stores.Select(store => new ImageStore(store.Id, Driver(store.Id), Small with { Weight = store.Weight }, _budget, time: _time)), stores[0].Id);

    private ScriptedDriver Driver(string id, DriverCapabilities? capabilities = null)
    {
        if (!_drivers.TryGetValue(id, out var driver))
        {
            _storages[id] = new MemoryStorage();
            _drivers[id] = driver = new ScriptedDriver(
                new MemoryDriverOptions { Name = id, Storage = _storages[id], Capabilities = capabilities ?? new DriverCapabilities() });
            Heal(id);
        }

        return driver;
    }

    private void Heal(string id) => _drivers[id].OnOpenRead = (_, _, _, open) =>
    {
        _opened.Enqueue(id);
        return open();
    };

    // Dead from a place in the image on: a body gives a few bytes and breaks, and from then on nothing answers at all.
    private void Break(string id, int after = -1, long from = 0, StoreException? error = null)
    {
        var isDead = after < 0;
        _drivers[id].OnOpenRead = async (_, intent, _, open) =>
        {
            _opened.Enqueue(id);
            if (Volatile.Read(ref isDead))
            {
                throw error ?? Dead();
            }

            var reader = await open();
            var reaches = (intent.Range?.Offset ?? 0) + (intent.Range?.Length ?? long.MaxValue / 2) > from;
            if (!reaches)
            {
                return reader;
            }

            Volatile.Write(ref isDead, true);
            return new BreakingReader(reader, after, error);
        };
    }

    private void Meter(params string[] ids)
    {
        foreach (var id in ids)
        {
            var inner = _drivers[id].OnOpenRead!;
            _drivers[id].OnOpenRead = async (location, intent, token, open) =>
                new CountingReader(await inner(location, intent, token, open), count => Interlocked.Add(ref _moved, count));
        }
    }

    private sealed class ToldFailovers : ConcurrentQueue<StoreException>, IProgress<StoreException>
    {
        public void Report(StoreException value) => Enqueue(value);
    }

    private static StoreException Dead() => new(StoreError.Unavailable, "The store is dead.") { IsTransient = true };

    private static async Task<ImageReceipt[]> PutAsync(ImageStores stores) =>
        [.. (await stores.PutAsync(Id, new MemoryStream(Image), stores.Ids)).Receipts];

    private static Task<ImageReadStream> OpenAsync(ImageStores stores, ImageReceipt[] receipts, ReadOptions options) =>
        stores.OpenReadAsync(receipts.Select(receipt => receipt.Location), options);
}
