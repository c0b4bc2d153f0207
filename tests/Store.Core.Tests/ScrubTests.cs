using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using GlanceStore.Diagnostics;
using GlanceStore.Drivers.Memory;
using Microsoft.Extensions.Time.Testing;

namespace GlanceStore.Core.Tests;

[TestClass]
public sealed class ScrubTests
{
    private const int Chunk = 64 << 10;
    private static readonly ImageStoreOptions Small = new() { ChunkBytes = Chunk, RetryDelay = TimeSpan.Zero, MaxAttempts = 2 };

    private readonly string _id = $"store-{Guid.NewGuid():N}";
    private readonly MemoryStorage _storage = new();
    private readonly ScriptedDriver _driver;
    private readonly ImageStores _stores;

    public ScrubTests()
    {
        _driver = new ScriptedDriver(new MemoryDriverOptions { Storage = _storage });
        _stores = new ImageStores([new ImageStore(_id, _driver, Small)]);
    }

    [TestCleanup]
    public ValueTask CleanAsync() => _stores.DisposeAsync();

    [TestMethod]
    public async Task One_bad_image_does_not_end_a_scrub()
    {
        var receipts = new[] { await PutAsync("a", 3 * Chunk), await PutAsync("b", 10), await PutAsync("c", 0), await PutAsync("d", Chunk) };
        _storage.Corrupt("a", Chunk + 5);
        await _stores[_id].DeleteAsync(receipts[1].Location);
        ImageReceipt elsewhere = new(new ImageLocation("memory://elsewhere/a", "gone"), 0, new ChunkManifest([]));
        var results = await ScrubAsync([.. receipts, elsewhere]);
        Assert.AreSequenceEqual(
            new[] { ScrubOutcome.Corrupted, ScrubOutcome.Missing, ScrubOutcome.Whole, ScrubOutcome.Whole, ScrubOutcome.Unreadable },
            results.Select(result => result.Outcome));
        Assert.Contains("gone", results[4].Error!.Message);
    }

    [TestMethod]
    public async Task Every_damaged_chunk_is_found_and_neighbours_are_one_range()
    {
        var receipt = await PutAsync("a", (6 * Chunk) + 100);
        foreach (var offset in new[] { 5, Chunk + 1, (3 * Chunk) + 7, 6 * Chunk })
        {
            _storage.Corrupt("a", offset);
        }

        var result = await CheckAsync(receipt);
        Assert.AreEqual(ScrubOutcome.Corrupted, result.Outcome);
        Assert.AreSequenceEqual(
            new ByteRange[] { new(0, 2 * Chunk), new(3 * Chunk, Chunk), new(6 * Chunk, 100) }, result.Damage);
        Assert.AreEqual(3 * Chunk, result.BytesRead, "the chunks that are right");
    }

    [TestMethod]
    public async Task An_image_that_is_all_damage_is_given_up_after_a_hundred_chunks()
    {
        var receipt = await PutAsync("a", 150 * Chunk);
        await PutAsync("a", 150 * Chunk, seed: 7);
        var result = await CheckAsync(receipt);
        Assert.AreEqual(ScrubOutcome.Corrupted, result.Outcome);
        Assert.AreSequenceEqual(new ByteRange[] { new(0, 100 * Chunk) }, result.Damage);
    }

    [TestMethod]
    public async Task An_image_of_another_size_is_corrupted_and_the_error_tells_both()
    {
        var receipt = await PutAsync("a", 2 * Chunk);
        await PutAsync("a", Chunk);
        var result = await CheckAsync(receipt);
        Assert.AreEqual(ScrubOutcome.Corrupted, result.Outcome);
        Assert.IsEmpty(result.Damage);
        Assert.Contains($"{2 * Chunk}", result.Error!.Message);
    }

    [TestMethod]
    public async Task A_digest_that_is_not_the_images_is_corruption_though_every_chunk_is_right()
    {
        var receipt = await PutAsync("a", 2 * Chunk) with { MultiHash = new Digest("sha512", new string('0', 128)) };
        var result = await CheckAsync(receipt);
        Assert.AreEqual((ScrubOutcome.Corrupted, 2L * Chunk), (result.Outcome, result.BytesRead));
        Assert.IsEmpty(result.Damage);
        Assert.Contains("sha512", result.Error!.Message);
    }

    [TestMethod]
    public async Task A_digest_that_cannot_be_computed_leaves_nothing_known()
    {
        var receipt = await PutAsync("a", 10) with { MultiHash = new Digest("crc1", "00") };
        Assert.AreEqual(ScrubOutcome.Unreadable, (await CheckAsync(receipt)).Outcome);
    }

    [TestMethod]
    public async Task What_fails_for_another_reason_is_unreadable_and_a_replacement_is_changed()
    {
        var receipt = await PutAsync("a", 10);
        foreach (var (error, outcome) in new[]
        {
            (StoreError.AccessDenied, ScrubOutcome.Unreadable), (StoreError.Unavailable, ScrubOutcome.Unreadable),
            (StoreError.Changed, ScrubOutcome.Changed), (StoreError.NotFound, ScrubOutcome.Missing),
        })
        {
            _driver.OnOpenRead = (_, _, _, _) => throw new StoreException(error, "No.");
            var result = await CheckAsync(receipt);
            Assert.AreEqual((outcome, error), (result.Outcome, result.Error!.Error));
        }
    }

    [TestMethod]
    public async Task Damage_that_was_seen_stays_the_outcome_where_the_rest_cannot_be_read()
    {
        var receipt = await PutAsync("a", 3 * Chunk);
        _storage.Corrupt("a", 1);
        _driver.OnOpenRead = (_, intent, _, open) => intent.Range is { Offset: >= 2 * Chunk } ? throw new StoreException(StoreError.AccessDenied, "No.") : open();
        var result = await CheckAsync(receipt);
        Assert.AreEqual((ScrubOutcome.Corrupted, StoreError.Corrupted), (result.Outcome, result.Error!.Error));
        Assert.AreSequenceEqual(new ByteRange[] { new(0, Chunk) }, result.Damage);
    }

    [TestMethod]
    public async Task A_cancelled_scrub_ends_as_cancelled()
    {
        var receipt = await PutAsync("a", 10);
        await Assert.ThrowsExactlyAsync<OperationCanceledException>(() => new Scrub(_stores).CheckAsync(receipt, new CancellationToken(canceled: true)));
    }

    [TestMethod]
    public async Task A_scrub_takes_the_time_its_rate_gives_it_for_all_images_together()
    {
        var time = new FakeTimeProvider();
        var receipts = new[] { await PutAsync("a", 4 * Chunk), await PutAsync("b", 4 * Chunk) };
        var scrub = new Scrub(_stores, new ScrubOptions { BytesPerSecond = Chunk }, time);
        var first = scrub.CheckAsync(receipts[0]);
        var start = time.GetUtcNow();
        foreach (var running in new[] { first, scrub.CheckAsync(receipts[1]) })
        {
            while (!running.IsCompleted)
            {
                time.Advance(TimeSpan.FromMilliseconds(500));
                await Task.WhenAny(running, Task.Delay(1));
            }

            Assert.AreEqual(ScrubOutcome.Whole, (await running).Outcome);
        }

        Assert.IsGreaterThanOrEqualTo(TimeSpan.FromSeconds(8), time.GetUtcNow() - start);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-1)]
    public void A_rate_is_at_least_a_byte_a_second(long rate) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Scrub(_stores, new ScrubOptions { BytesPerSecond = rate }));

    [TestMethod]
    public async Task Images_are_counted_by_store_and_outcome()
    {
        var seen = new ConcurrentBag<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == StoreInstruments.Name && instrument.Name == "glancestore.scrub.images")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var all = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value as string);
            if (all["glancestore.store"] == _id)
            {
                seen.Add($"{all["glancestore.scrub.outcome"]} {value}");
            }
        });
        listener.Start();
        var receipts = new[] { await PutAsync("a", 10), await PutAsync("b", 10) };
        _storage.Corrupt("b", 3);
        await ScrubAsync(receipts);
        Assert.AreSequenceEqual(new[] { "Corrupted 1", "Whole 1" }, seen.Order());
    }

    [TestMethod]
    public async Task Several_images_are_read_at_once_and_results_come_in_the_order_of_the_receipts()
    {
        var receipts = await PutManyAsync(5);
        var last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _driver.OnOpenRead = async (location, _, cancellationToken, open) =>
        {
            if (location.Uri == receipts[4].Location.Uri)
            {
                last.SetResult();
            }

            await last.Task.WaitAsync(cancellationToken);
            return await open();
        };
        var results = await new Scrub(_stores, new ScrubOptions { Parallelism = 5 }).RunAsync(receipts).ToListAsync();
        Assert.AreSequenceEqual(receipts, results.Select(result => result.Image));
        Assert.IsTrue(results.TrueForAll(result => result.Outcome == ScrubOutcome.Whole));
    }

    [TestMethod]
    public async Task No_more_images_are_read_at_once_than_it_was_told()
    {
        var receipts = await PutManyAsync(12);
        var (open, most) = (0, 0);
        _driver.OnOpenRead = async (_, _, _, call) =>
        {
            lock (receipts)
            {
                most = Math.Max(most, ++open);
            }

            return new EndedReader(await call(), () => Interlocked.Decrement(ref open));
        };
        await new Scrub(_stores, new ScrubOptions { Parallelism = 3 }).RunAsync(receipts).ToListAsync();
        Assert.IsLessThanOrEqualTo(3, most);
        Assert.AreEqual(0, open);
    }

    [TestMethod]
    public async Task As_many_images_are_read_at_once_as_have_a_chunk_in_the_memory_that_reads_may_hold()
    {
        const int Room = 6;
        var receipts = await PutManyAsync(2 * Room);
        await using var stores = new ImageStores([new ImageStore(_id, _driver, Small, new TransferBudget(2 * Room * Chunk))]);
        var (open, most) = (0, 0);
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _driver.OnOpenRead = async (_, _, cancellationToken, call) =>
        {
            var now = Interlocked.Increment(ref open);
            lock (receipts)
            {
                most = Math.Max(most, now);
            }

            if (now == Room)
            {
                full.TrySetResult();
            }

            await full.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
            return new EndedReader(await call(), () => Interlocked.Decrement(ref open));
        };
        var results = await new Scrub(stores, new ScrubOptions { Parallelism = 2 * Room }).RunAsync(receipts).ToListAsync();
        Assert.IsTrue(results.TrueForAll(result => result.Outcome == ScrubOutcome.Whole));
        Assert.AreEqual(Room, most);
    }

    [TestMethod]
    public async Task A_scrub_that_is_left_early_reads_nothing_any_more()
    {
        var receipts = await PutManyAsync(5);
        var cancelled = 0;
        _driver.OnOpenRead = async (location, _, cancellationToken, open) =>
        {
            if (location.Uri != receipts[0].Location.Uri)
            {
                await using var registration = cancellationToken.Register(() => Interlocked.Increment(ref cancelled));
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return await open();
        };
        await foreach (var result in new Scrub(_stores, new ScrubOptions { Parallelism = 5 }).RunAsync(receipts))
        {
            Assert.AreEqual(ScrubOutcome.Whole, result.Outcome);
            break;
        }

        Assert.AreEqual(4, cancelled);
    }

    // Ten thousand images, each of which ends at a moment of its own while room for the next is waited for.
    [TestMethod]
    public async Task An_image_that_ends_just_when_the_next_waits_for_it_does_not_end_the_scrub()
    {
        const int Many = 10_000;
        _driver.OnFind = async (_, _, find) =>
        {
            await Task.Yield();
            return await find();
        };
        var image = new KnownImage(_stores[_id].LocationOf(new ImageId("gone")));
        var results = await new Scrub(_stores, new ScrubOptions { Parallelism = 1 }).RunAsync(Enumerable.Repeat(image, Many)).ToListAsync();
        Assert.AreEqual(Many, results.Count(result => result.Outcome == ScrubOutcome.Missing));
    }

    [TestMethod]
    public void A_scrub_of_no_image_at_once_is_refused() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Scrub(_stores, new ScrubOptions { Parallelism = 0 }));

    private async Task<ImageReceipt[]> PutManyAsync(int count)
    {
        var receipts = new ImageReceipt[count];
        for (var i = 0; i < count; i++)
        {
            receipts[i] = await PutAsync($"image-{i:00}", Chunk);
        }

        return receipts;
    }

    private Task<ScrubResult> CheckAsync(ImageReceipt receipt) => new Scrub(_stores).CheckAsync(receipt);

    private async Task<List<ScrubResult>> ScrubAsync(ImageReceipt[] receipts) => await new Scrub(_stores).RunAsync(receipts).ToListAsync();

    private Task<ImageReceipt> PutAsync(string id, int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed + id[0]).NextBytes(bytes);
        return _stores[_id].PutAsync(new ImageId(id), new MemoryStream(bytes), new PutOptions { ExpectedSize = length, Mode = WriteMode.Replace });
    }
}
