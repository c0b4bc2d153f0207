using System.Collections.Concurrent;
using GlanceStore.Drivers;
using static GlanceStore.Core.Tests.Transfer.SampleBytes;

namespace GlanceStore.Core.Tests.Transfer;

[TestClass]
public sealed partial class HedgedReadTests
{
    [TestMethod]
    public async Task A_late_piece_is_asked_of_another_store_which_wins_and_the_late_one_is_cancelled()
    {
        var hedges = new ConcurrentQueue<string?>();
        using var listener = ListenForHedges(hedges);
        await using var stores = Stores("a", "b");
        var receipts = await PutAsync(stores);
        MakeLate("a");
        await using (var stream = await OpenAsync(stores, receipts, Verified(receipts)))
        {
            CollectionAssert.AreEqual(_image, await PassAsync(ReadAllAsync(stream)));
        }

        Assert.AreEqual((1, 1), (OpensOf("b").Length, _cancelled));
        Assert.AreEqual(new ByteRange(LatePiece * Chunk, Chunk), OpensOf("b")[0].Range, "only the piece is asked for");
        Assert.AreEqual(NameOf("b"), hedges.Single());
        Assert.AreEqual(0, _budget.UsedBytes);
    }

    [TestMethod]
    public async Task With_one_store_it_is_asked_again_pinned_to_the_version()
    {
        ReadWithoutManifest();
        await using var stores = Stores("a");
        var receipts = await PutAsync(stores);
        MakeLate("a");
        await using var stream = await OpenAsync(stores, receipts, new ReadOptions { HedgeAfter = After });
        CollectionAssert.AreEqual(_image, await PassAsync(ReadAllAsync(stream)));
        Assert.AreEqual(1, _cancelled);
        Assert.IsTrue(OpensOf("a").Skip(1).All(intent => intent.VersionTag == stream.Object.VersionTag));
    }

    [TestMethod]
    public async Task Off_by_default_a_late_piece_is_waited_for()
    {
        await using var stores = Stores("a", "b");
        var receipts = await PutAsync(stores);
        var gate = MakeLate("a");
        await AssertNotHedgedAsync(stores, receipts, Verified(receipts) with { HedgeAfter = null }, gate);
    }

    [TestMethod]
    public async Task The_first_twenty_pieces_are_not_hedged()
    {
        await using var stores = Stores("a", "b");
        var receipts = await PutAsync(stores);
        _latePiece = 15;
        var gate = MakeLate("a");
        await AssertNotHedgedAsync(stores, receipts, Verified(receipts), gate);
    }

    [TestMethod]
    public async Task Without_memory_to_spare_a_late_piece_is_waited_for()
    {
        _budget = new TransferBudget(64 << 10);
        await using var stores = Stores("a", "b");
        var receipts = await PutAsync(stores);
        await using var other = await OpenAsync(stores, receipts, Verified(receipts));
        _opened.Clear();
        var gate = MakeLate("a");
        await AssertNotHedgedAsync(stores, receipts, Verified(receipts), gate);
    }

    [TestMethod]
    public async Task With_only_a_digest_of_the_whole_no_other_store_is_asked()
    {
        ReadWithoutManifest();
        await using var stores = Stores("a", "b");
        var receipts = await PutAsync(stores);
        MakeLate("a");
        var options = new ReadOptions { ExpectedDigests = [receipts[0].MultiHash!], HedgeAfter = After };
        await using var stream = await OpenAsync(stores, receipts, options);
        CollectionAssert.AreEqual(_image, await PassAsync(ReadAllAsync(stream)));
        Assert.AreEqual((1, 0), (_cancelled, OpensOf("b").Length));
    }

    [TestMethod]
    public async Task A_store_that_tells_no_version_is_not_asked_again_where_nothing_verifies_the_piece()
    {
        ReadWithoutManifest();
        await using var stores = Stores("a");
        var receipts = await PutAsync(stores);
        var gate = MakeLate("a");
        Watch("a", (reader, _) => new UnversionedReader(reader));
        var options = new ReadOptions { ExpectedDigests = [receipts[0].MultiHash!], HedgeAfter = After };
        await AssertNotHedgedAsync(stores, receipts, options, gate);
    }

    [TestMethod]
    public async Task A_store_that_reads_no_ranges_is_not_asked()
    {
        _ = Driver("b", new DriverCapabilities { CanReadRanges = false });
        await using var stores = Stores("a", "b", "c");
        var receipts = await PutAsync(stores);
        MakeLate("a");
        await using var stream = await OpenAsync(stores, receipts, Verified(receipts));
        CollectionAssert.AreEqual(_image, await PassAsync(ReadAllAsync(stream)));
        Assert.AreEqual((0, 1), (OpensOf("b").Length, OpensOf("c").Length));
    }

    [TestMethod]
    public async Task A_wrong_piece_does_not_win()
    {
        await using var stores = Stores("a", "b");
        var receipts = await PutAsync(stores);
        _storages["b"].Corrupt("a", LatePiece * Chunk);
        var gate = MakeLate("a");
        await using var stream = await OpenAsync(stores, receipts, Verified(receipts));
        var all = ReadAllAsync(stream);
        await PassUntilAsync(() => OpensOf("b").Length > 0);
        Assert.IsFalse(all.IsCompleted);
        gate.SetResult();
        CollectionAssert.AreEqual(_image, await PassAsync(all));
        Assert.AreEqual(0, _cancelled);
    }

    [TestMethod]
    public async Task Where_the_late_one_comes_first_all_the_same_the_second_is_cancelled()
    {
        await using var stores = Stores("a", "b");
        var receipts = await PutAsync(stores);
        var gate = MakeLate("a");
        MakeLate("b");
        await using (var stream = await OpenAsync(stores, receipts, Verified(receipts)))
        {
            var all = ReadAllAsync(stream);
            await PassUntilAsync(() => OpensOf("b").Length > 0);
            gate.SetResult();
            CollectionAssert.AreEqual(_image, await PassAsync(all));
        }

        Assert.AreEqual((1, 0L), (_cancelled, _budget.UsedBytes));
    }

    [TestMethod]
    public async Task Where_the_late_one_fails_in_the_end_the_second_serves()
    {
        await using var stores = Stores("a");
        var receipts = await PutAsync(stores);
        var (first, second) = (MakeLate("a"), MakeLate("a"));
        await using var stream = await OpenAsync(stores, receipts, Verified(receipts));
        var all = ReadAllAsync(stream);
        await PassUntilAsync(() => _gates["a"].IsEmpty);
        first.SetException(new StoreException(StoreError.AccessDenied, "Not yours."));
        second.SetResult();
        CollectionAssert.AreEqual(_image, await PassAsync(all));
    }

    [TestMethod]
    public async Task Where_both_fail_the_first_ones_failure_is_told_and_all_memory_goes_back()
    {
        await using var stores = Stores("a");
        var receipts = await PutAsync(stores);
        var (first, second) = (MakeLate("a"), MakeLate("a"));
        await using (var stream = await OpenAsync(stores, receipts, Verified(receipts)))
        {
            var all = ReadAllAsync(stream);
            await PassUntilAsync(() => _gates["a"].IsEmpty);
            second.SetException(new StoreException(StoreError.AccessDenied, "Not yours."));
            first.SetException(new StoreException(StoreError.AccessDenied, "Not any more."));
            var error = await Assert.ThrowsExactlyAsync<StoreException>(() => all);
            Assert.AreEqual(("Not any more.", "read"), (error.Message, error.Operation));
        }

        Assert.AreEqual(0, _budget.UsedBytes);
    }

    [TestMethod]
    public async Task A_stream_that_is_disposed_ends_both_before_it_lets_go_of_the_stores()
    {
        await using var stores = Stores("a", "b", "keep");
        stores.MakeDefault(NameOf("keep"));
        var receipts = await PutAsync(stores);
        MakeLate("a");
        MakeLate("b");
        using var cancellation = new CancellationTokenSource();
        await using (var stream = await OpenAsync(stores, receipts[..2], Verified(receipts)))
        {
            var all = stream.CopyToAsync(Stream.Null, cancellation.Token);
            await PassUntilAsync(() => OpensOf("b").Length > 0);
            await cancellation.CancelAsync();
            await Assert.ThrowsAsync<OperationCanceledException>(() => all);
            await stores.RemoveAsync(NameOf("b"));
            Assert.AreEqual((0, 0), (_cancelled, _drivers["b"].Closed));
        }

        Assert.AreEqual((2, 1, 0L), (_cancelled, _drivers["b"].Closed, _budget.UsedBytes));
    }

    [TestMethod]
    public async Task A_store_of_one_chunk_at_a_time_goes_on_after_a_hedge_where_it_was_left()
    {
        var one = new DriverCapabilities { MaxParallelChunks = 1 };
        _ = (Driver("a", one), Driver("b", one));
        await using var stores = Stores("a", "b");
        var receipts = await PutAsync(stores);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Watch("a", (reader, intent) => new LateReader(reader, (LatePiece * Chunk) - (intent.Range?.Offset ?? 0), gate.Task));
        await using (var stream = await OpenAsync(stores, receipts, Verified(receipts)))
        {
            CollectionAssert.AreEqual(_image, await PassAsync(ReadAllAsync(stream)));
        }

        Assert.AreEqual((2, 1, 0L), (OpensOf("a").Length, OpensOf("b").Length, _budget.UsedBytes));
    }

    [TestMethod]
    public async Task Where_every_piece_is_late_no_more_than_one_in_twenty_is_asked_twice()
    {
        await using var stores = Stores("a", "b");
        var receipts = await PutAsync(stores);
        var waiting = new ConcurrentQueue<TaskCompletionSource>();
        _drivers["a"].OnOpenRead = async (_, intent, token, open) =>
        {
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(gate);
            await gate.Task.WaitAsync(token);
            return await open();
        };
        var opening = OpenAsync(stores, receipts, Verified(receipts));
        var reading = Task.Run(async () =>
        {
            await using var stream = await opening;
            return await ReadAllAsync(stream);
        });
        while (!reading.IsCompleted)
        {
            for (var i = 0; i < 10; i++)
            {
                _time.Advance(After);
                await Task.Yield();
            }

            _ = waiting.TryDequeue(out var gate) && gate.TrySetResult();
        }

        CollectionAssert.AreEqual(_image, await reading);
        Assert.IsNotEmpty(OpensOf("b"));
        Assert.IsLessThanOrEqualTo(_image.Length, OpensOf("b").Sum(intent => intent.Range!.Value.Length!.Value) * 20);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-1)]
    [DataRow(86_400_001)]
    public async Task A_time_that_makes_no_sense_is_the_callers_mistake(int milliseconds)
    {
        await using var stores = Stores("a");
        var receipts = await PutAsync(stores);
        var options = new ReadOptions { HedgeAfter = TimeSpan.FromMilliseconds(milliseconds) };
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => OpenAsync(stores, receipts, options));
    }
}
