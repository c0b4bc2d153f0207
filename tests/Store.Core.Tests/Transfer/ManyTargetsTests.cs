using System.Collections.Concurrent;
using System.Security.Cryptography;
using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using static GlanceStore.Core.Tests.Transfer.SampleBytes;

namespace GlanceStore.Core.Tests.Transfer;

[TestClass]
public sealed class ManyTargetsTests
{
    private const int Chunk = 64 << 10;
    private static readonly ImageStoreOptions Small = new() { ChunkBytes = Chunk, RetryDelay = TimeSpan.Zero, MaxAttempts = 2, Parallelism = 2 };
    private static readonly ImageId Id = new("a");
    private static readonly byte[] Image = Bytes(10 * Chunk + 17);

    // A size that is known is cut into small chunks; one that is not would make a single large one of this image.
    private static readonly PutOptions Sized = new() { ExpectedSize = Image.Length };
    private static readonly PutOptions BestEffort = new() { Policy = PutPolicy.BestEffort };

    private readonly TransferBudget _budget = new(4 << 20);
    private readonly Dictionary<string, MemoryStorage> _storages = [];
    private readonly Dictionary<string, ScriptedDriver> _drivers = [];

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(Chunk)]
    [DataRow((10 * Chunk) + 17)]
    public async Task A_source_is_read_once_and_every_store_holds_it(int length)
    {
        await using var stores = Stores("a", "b", "c");
        var source = new MeteredStream(Image[..length]);
        var report = await stores.PutAsync(Id, source, ["c", "a", "b"], new PutOptions { ExpectedSize = length });
        Assert.AreEqual(length, source.Given);
        Assert.IsTrue(report.IsComplete);
        Assert.AreEqual("c,a,b", string.Join(',', report.Outcomes.Select(outcome => outcome.StoreId)));
        foreach (var receipt in report.Receipts)
        {
            Assert.AreEqual(Convert.ToHexStringLower(SHA512.HashData(Image[..length])), receipt.MultiHash!.Hex);
            Assert.AreEqual(receipt.Location.StoreId, receipt.Metadata["store"]);
            await using var stored = await stores.StoreOf(receipt.Location).OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
            CollectionAssert.AreEqual(Image[..length], await ReadAllAsync(stored));
        }

        await UntilAsync(() => _budget.UsedBytes == 0);
    }

    [TestMethod]
    public async Task Stores_that_take_their_time_to_remove_what_they_have_do_so_at_once()
    {
        await using var stores = Stores("a", "b");
        var (removing, both) = (0, new TaskCompletionSource());
        foreach (var driver in _drivers.Values)
        {
            driver.OnWriteChunk = (_, _, _) => throw new StoreException(StoreError.OutOfSpace, "Full.");
            driver.OnDispose = () =>
            {
                if (Interlocked.Increment(ref removing) == 2)
                {
                    both.SetResult();
                }

                return both.Task;
            };
        }

        var put = stores.PutAsync(Id, new MemoryStream(Image), ["a", "b"], Sized);
        await Assert.ThrowsExactlyAsync<StoreException>(() => put.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [TestMethod]
    public async Task Progress_is_told_once_a_chunk_and_not_once_a_store()
    {
        await using var stores = Stores("a", "b");
        var told = new ConcurrentBag<long>();
        await stores.PutAsync(Id, new MemoryStream(Image), ["a", "b"], new PutOptions { Progress = new Told(told.Add) });
        Assert.HasCount(11, told);
        Assert.AreEqual(Image.Length, told.Max());
    }

    [TestMethod]
    [DataRow(Chunk)]
    [DataRow((10 * Chunk) + 17)]
    public async Task Progress_that_throws_leaves_no_image_anywhere_and_keeps_no_buffer(int length)
    {
        await using var stores = Stores("a", "b");
        var options = new PutOptions { ExpectedSize = length, Progress = new Told(_ => throw new InvalidOperationException("Closed.")) };
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => stores.PutAsync(Id, new MemoryStream(Image[..length]), ["a", "b"], options));
        AssertHeldBy();
        await UntilAsync(() => _budget.UsedBytes == 0);
    }

    [TestMethod]
    [DataRow("write")]
    [DataRow("commit")]
    public async Task A_target_that_fails_at_its_last_step_leaves_no_image_anywhere(string step)
    {
        await using var stores = Stores("a", "b", "c");
        FailAtLast("b", step);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.PutAsync(Id, new MeteredStream(Image), ["a", "b", "c"], Sized));
        Assert.AreEqual((StoreError.OutOfSpace, "b", "put"), (error.Error, error.StoreId, error.Operation));
        AssertHeldBy();
        Assert.IsTrue(_drivers.Values.All(driver => driver.Opened == driver.Disposed), "no upload stays open");
        await UntilAsync(() => _budget.UsedBytes == 0);
    }

    [TestMethod]
    [DataRow("write")]
    [DataRow("commit")]
    public async Task With_best_effort_the_failure_of_a_target_is_data_and_the_others_hold_the_image(string step)
    {
        await using var stores = Stores("a", "b", "c");
        FailAtLast("b", step);
        var report = await stores.PutAsync(Id, new MeteredStream(Image), ["a", "b", "c"], Sized with { Policy = PutPolicy.BestEffort });
        Assert.IsFalse(report.IsComplete);
        Assert.AreEqual("a,c", string.Join(',', report.Receipts.Select(receipt => receipt.Location.StoreId)));
        Assert.AreEqual((StoreError.OutOfSpace, "b"), (report.Outcomes[1].Error!.Error, report.Outcomes[1].Error!.StoreId));
        AssertHeldBy("a", "c");
        await UntilAsync(() => _budget.UsedBytes == 0);
    }

    [TestMethod]
    public async Task With_best_effort_the_source_is_left_alone_once_every_target_has_failed()
    {
        await using var stores = Stores("a", "b");
        foreach (var driver in _drivers.Values)
        {
            driver.OnWriteChunk = (_, _, _) => throw new StoreException(StoreError.OutOfSpace, "Full.");
        }

        var source = new Pipe(long.MaxValue) { StuckAt = 20 * Chunk };
        var report = await stores.PutAsync(Id, source, ["a", "b"], BestEffort).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.IsTrue(report.Outcomes.All(outcome => outcome.Error?.Error == StoreError.OutOfSpace));
        AssertHeldBy();
        source.LetGo();
        await UntilAsync(() => _budget.UsedBytes == 0);
    }

    [TestMethod]
    public async Task With_best_effort_puts_that_no_store_opens_give_all_memory_back()
    {
        await using var stores = Stores("a", "b");
        foreach (var driver in _drivers.Values)
        {
            driver.OnOpenWrite = () => throw new StoreException(StoreError.OutOfSpace, "Full.");
        }

        for (var i = 0; i < 7; i++)
        {
            var report = await stores.PutAsync(Id, new MemoryStream(Image), ["a", "b"], Sized with { Policy = PutPolicy.BestEffort });
            Assert.IsTrue(report.Outcomes.All(outcome => outcome.Error?.Error == StoreError.OutOfSpace));
            Assert.AreEqual(0, _budget.UsedBytes);
        }

        foreach (var driver in _drivers.Values)
        {
            driver.OnOpenWrite = null;
        }

        Assert.IsTrue((await stores.PutAsync(Id, new MemoryStream(Image), ["a", "b"], Sized)).IsComplete);
    }

    [TestMethod]
    public async Task A_published_image_that_cannot_be_removed_again_is_told_of()
    {
        _ = Driver("a", new DriverCapabilities { CanDelete = false });
        await using var stores = Stores("a", "b");
        FailAtLast("b", "commit");
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.PutAsync(Id, new MemoryStream(Image), ["a", "b"]));
        Assert.AreEqual("Full. The image stays in 'a', from where it was not removed.", error.Message);
        AssertHeldBy("a");
    }

    [TestMethod]
    public async Task A_replaced_image_is_not_removed_because_another_target_failed()
    {
        await using var stores = Stores("a", "b");
        await stores["a"].PutAsync(Id, new MemoryStream([1, 2, 3]));
        FailAtLast("b", "commit");
        var replace = new PutOptions { Mode = WriteMode.Replace };
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.PutAsync(Id, new MemoryStream(Image), ["a", "b"], replace));
        Assert.Contains("stays in 'a'", error.Message);
        AssertHeldBy("a");
    }

    [TestMethod]
    public async Task A_put_cancelled_while_it_is_published_is_taken_back_and_says_where_the_answer_is_open()
    {
        await using var stores = Stores("a", "b");
        using var cancel = new CancellationTokenSource();
        var published = new TaskCompletionSource();
        _drivers["a"].OnCommit = async (_, commit) =>
        {
            var stored = await commit();
            published.SetResult();
            return stored;
        };
        _drivers["b"].OnCommit = async (token, _) =>
        {
            await published.Task;
            await UntilAsync(() => _storages["a"].Names.Count == 1);
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        };
        var error = await Assert.ThrowsExactlyAsync<OperationCanceledException>(
            () => stores.PutAsync(Id, new MemoryStream(Image), ["a", "b"], cancellationToken: cancel.Token));
        Assert.AreEqual("The image may be in 'b' already.", error.InnerException?.Message);
        AssertHeldBy();
    }

    [TestMethod]
    [DataRow(PutPolicy.AllOrNothing)]
    [DataRow(PutPolicy.BestEffort)]
    public async Task What_is_wrong_with_the_source_is_an_error_and_no_store_holds_it(PutPolicy policy)
    {
        await using var stores = Stores("a", "b");
        var options = new PutOptions { Policy = policy };
        var thrown = new InvalidDataException("The source is broken.");
        var broken = new Pipe(1_000_000) { FailsAt = 500_000, Failure = thrown };
        Assert.AreSame(thrown, await Assert.ThrowsExactlyAsync<InvalidDataException>(() => stores.PutAsync(Id, broken, ["a", "b"], options)));
        foreach (var (wrong, error) in new[]
        {
            (options with { ExpectedSize = Image.Length + 1 }, StoreError.SizeMismatch),
            (options with { MaxSize = Image.Length - 1 }, StoreError.TooLarge),
            (options with { ExpectedDigests = [new Digest("md5", new string('0', 32))] }, StoreError.Corrupted),
            (options with { HashAlgorithm = "crc7" }, StoreError.Unsupported),
        })
        {
            var e = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.PutAsync(Id, new MeteredStream(Image), ["a", "b"], wrong));
            Assert.AreEqual(error, e.Error);
        }

        AssertHeldBy();
        await UntilAsync(() => _budget.UsedBytes == 0);
    }

    [TestMethod]
    public async Task A_taken_id_in_one_store_refuses_the_put_before_the_upload_begins()
    {
        await using var stores = Stores("a", "b");
        await stores["b"].PutAsync(Id, new MemoryStream([1]));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.PutAsync(Id, new MeteredStream(Image), ["a", "b"]));
        Assert.AreEqual((StoreError.AlreadyExists, "b"), (error.Error, error.StoreId));
        AssertHeldBy("b");
    }

    [TestMethod]
    public async Task Stores_that_are_not_there_are_refused_before_the_source_is_read()
    {
        await using var stores = new ImageStores([Store("a"), Store("b"), Store("c")], "a", [new DownStore("d", "memory", "Broken.")]);
        await stores.RemoveAsync("c");
        var source = new MeteredStream(Image);
        foreach (var (id, error, message) in new[]
        {
            ("x", StoreError.InvalidConfiguration, "There is no store 'x'; there is 'a', 'b'."),
            ("c", StoreError.InvalidConfiguration, "The store 'c' was removed; there is 'a', 'b'."),
            ("d", StoreError.Unavailable, "The store 'd' is down: Broken."),
        })
        {
            var e = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.PutAsync(Id, source, ["a", id]));
            Assert.AreEqual((error, message), (e.Error, e.Message));
        }

        Assert.Contains("No store is named", (await Assert.ThrowsExactlyAsync<ArgumentException>(() => stores.PutAsync(Id, source, []))).Message);
        Assert.Contains("named 2 times", (await Assert.ThrowsExactlyAsync<ArgumentException>(() => stores.PutAsync(Id, source, ["a", "A"]))).Message);
        Assert.AreEqual(0, source.Given);
        var report = await stores.PutAsync(Id, source, ["d", "a"], BestEffort);
        Assert.AreEqual("The store 'd' is down: Broken.", report.Outcomes[0].Error!.Message);
        AssertHeldBy("a");
    }

    [TestMethod]
    public async Task A_store_that_takes_no_images_refuses_all_of_them_or_only_its_own()
    {
        await using var stores = new ImageStores([Store("a"), Store("b", Small with { ReadOnly = true })], "a");
        var source = new MeteredStream(Image);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.PutAsync(Id, source, ["a", "b"]));
        Assert.AreEqual((StoreError.Unsupported, "b", 0), (error.Error, error.StoreId, source.Given));
        var report = await stores.PutAsync(Id, source, ["a", "b"], BestEffort);
        Assert.AreEqual(StoreError.Unsupported, report.Outcomes[1].Error!.Error);
        AssertHeldBy("a");
    }

    [TestMethod]
    public async Task An_image_too_large_for_one_store_fails_there_and_not_in_the_others()
    {
        _ = Driver("b", new DriverCapabilities { MaxImageBytes = 5 * Chunk });
        await using var stores = Stores("a", "b");
        foreach (var size in new long?[] { null, Image.Length })
        {
            var options = BestEffort with { ExpectedSize = size, Mode = WriteMode.Replace };
            var report = await stores.PutAsync(Id, new MeteredStream(Image), ["a", "b"], options);
            Assert.AreEqual(StoreError.TooLarge, report.Outcomes[1].Error!.Error);
            AssertHeldBy("a");
        }
    }

    [TestMethod]
    public async Task Chunks_suit_every_store_at_once()
    {
        _ = Driver("a", new DriverCapabilities { MinChunkBytes = 100_000 });
        _ = Driver("b", new DriverCapabilities { MaxChunkBytes = 150_000, ChunkDigest = "md5" });
        _ = Driver("c", new DriverCapabilities { MaxChunks = 6, ChunkDigest = "sha256" });
        await using var stores = Stores("a", "b", "c");
        var (lengths, wrong) = (new ConcurrentBag<int>(), 0);
        foreach (var (id, hash) in new (string, Func<byte[], byte[]>)[] { ("a", _ => []), ("b", MD5.HashData), ("c", SHA256.HashData) })
        {
            _drivers[id].OnWriteChunk = (chunk, _, write) =>
            {
                lengths.Add(chunk.IsLast ? 100_000 : chunk.Length);
                wrong += hash(chunk.Bytes.ToArray()).AsSpan().SequenceEqual(chunk.Digest.Span) ? 0 : 1;
                return write();
            };
        }

        var report = await stores.PutAsync(Id, new MemoryStream(Image), ["a", "b", "c"]);
        Assert.IsTrue(lengths.All(length => length is >= 100_000 and <= 150_000));
        Assert.AreEqual((0, 3), (wrong, report.Receipts.DistinctBy(receipt => receipt.Location.StoreId).Count()));
        Assert.AreEqual(lengths.Count / 3, report.Receipts.First().Chunks.Count);
    }

    [TestMethod]
    public async Task Stores_that_no_chunk_suits_are_refused_before_the_source_is_read()
    {
        _ = Driver("a", new DriverCapabilities { MinChunkBytes = 100_000 });
        _ = Driver("b", new DriverCapabilities { MaxChunkBytes = 50_000 });
        await using var stores = Stores("a", "b");
        var source = new MeteredStream(Image);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.PutAsync(Id, source, ["a", "b"]));
        Assert.AreEqual((StoreError.Unsupported, 0), (error.Error, source.Given));
    }

    [TestMethod]
    public async Task A_slow_target_keeps_the_others_waiting_only_once_the_memory_is_used_up()
    {
        await using var stores = Stores("fast", "slow");
        var (gate, written) = (new TaskCompletionSource(), 0);
        _drivers["fast"].OnWriteChunk = (_, _, write) =>
        {
            Interlocked.Increment(ref written);
            return write();
        };
        _drivers["slow"].OnWriteChunk = async (_, _, write) =>
        {
            await gate.Task;
            await write();
        };
        var put = stores.PutAsync(Id, new MemoryStream(Image), ["fast", "slow"]);

        // Two targets of two chunks at once each, and two more for the digests.
        await UntilAsync(() => Volatile.Read(ref written) == 6);
        Assert.IsFalse(put.IsCompleted);
        Assert.IsLessThanOrEqualTo(6 * Chunk, _budget.UsedBytes);
        gate.SetResult();
        Assert.IsTrue((await put).IsComplete);
    }

    [TestMethod]
    public async Task Many_puts_to_many_stores_share_one_small_budget_and_all_end()
    {
        await using var stores = new ImageStores(
            Enumerable.Range(0, 4).Select(i => Store($"s{i}", budget: Shared)), "s0");
        await Parallel.ForAsync(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, token) =>
            await stores.PutAsync(new ImageId($"i{i}"), new Pipe(1_000_000), stores.Ids, cancellationToken: token)).WaitAsync(TimeSpan.FromMinutes(3));
        Assert.IsTrue(_storages.Values.All(storage => storage.Names.Count == 16));
        await UntilAsync(() => Shared.UsedBytes == 0);
    }

    private TransferBudget Shared { get; } = new(512 << 10);

    private ImageStores Stores(params string[] ids) => new(ids.Select(id => Store(id)), ids[0]);

    private ImageStore Store(string id, ImageStoreOptions? options = null, TransferBudget? budget = null) =>
        new(id, Driver(id), options ?? Small, budget ?? _budget);

    private ScriptedDriver Driver(string id, DriverCapabilities? capabilities = null)
    {
        if (!_drivers.TryGetValue(id, out var driver))
        {
            _storages[id] = new MemoryStorage();
            _drivers[id] = driver = new ScriptedDriver(
                new MemoryDriverOptions { Name = id, Storage = _storages[id], Capabilities = capabilities ?? new DriverCapabilities() });
        }

        return driver;
    }

    private void FailAtLast(string id, string step)
    {
        if (step == "write")
        {
            _drivers[id].OnWriteChunk = (chunk, _, write) => chunk.IsLast ? throw new StoreException(StoreError.OutOfSpace, "Full.") : write();
            return;
        }

        var others = _storages.Where(storage => storage.Key != id).Select(storage => storage.Value).ToArray();
        _drivers[id].OnCommit = async (_, _) =>
        {
            await UntilAsync(() => others.All(storage => storage.Names.Count == 1));
            throw new StoreException(StoreError.OutOfSpace, "Full.");
        };
    }

    private void AssertHeldBy(params string[] ids) =>
        CollectionAssert.AreEquivalent(ids, _storages.Where(storage => storage.Value.Names.Count > 0).Select(storage => storage.Key).ToArray());

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class Told(Action<long> tell) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => tell(value.Bytes);
    }
}
