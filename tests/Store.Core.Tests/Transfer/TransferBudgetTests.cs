using GlanceStore.Transfer;

namespace GlanceStore.Core.Tests.Transfer;

[TestClass]
public sealed class TransferBudgetTests
{
    private const int Quarter = 64 << 10;

    private readonly TransferBudget _budget = new(4 * Quarter);

    [TestMethod]
    public async Task Room_that_is_taken_is_waited_for_in_order()
    {
        var taken = new List<ChunkBuffer>();
        for (var i = 0; i < 3; i++)
        {
            taken.Add(await _budget.RentAsync(Quarter, BufferUse.Write, default));
        }

        var first = _budget.RentAsync(Quarter, BufferUse.Write, default).AsTask();
        var second = _budget.RentAsync(Quarter, BufferUse.Write, default).AsTask();
        Assert.IsFalse(first.IsCompleted || second.IsCompleted);
        taken[0].Release();
        await first;
        Assert.IsFalse(second.IsCompleted);
        taken[1].Release();
        await second;
        Assert.AreEqual(3 * Quarter, _budget.UsedBytes);
    }

    [TestMethod]
    public async Task Reads_hold_at_most_half_so_that_a_put_always_goes_on()
    {
        await _budget.RentAsync(Quarter, BufferUse.Read, default);
        var held = await _budget.RentAsync(Quarter, BufferUse.Read, default);
        var read = _budget.RentAsync(Quarter, BufferUse.Read, default).AsTask();
        Assert.IsFalse(read.IsCompleted);
        var put = await _budget.RentAsync(2 * Quarter, BufferUse.Write, default);
        put.Release();
        held.Release();
        await read;
    }

    [TestMethod]
    public async Task Puts_hold_at_most_three_quarters_so_that_slow_sources_never_keep_every_reader_out()
    {
        await _budget.RentAsync(2 * Quarter, BufferUse.Write, default);
        await _budget.RentAsync(Quarter, BufferUse.Write, default);
        var put = _budget.RentAsync(Quarter, BufferUse.Write, default).AsTask();
        Assert.IsFalse(put.IsCompleted);
        var read = await _budget.RentAsync(Quarter, BufferUse.Read, default);
        read.Release();
        Assert.IsFalse(put.IsCompleted);
    }

    [TestMethod]
    public async Task Reading_ahead_never_waits_and_leaves_something_to_others()
    {
        var read = await _budget.RentAsync(2 * Quarter, BufferUse.Read, default);
        var put = await _budget.RentAsync(Quarter, BufferUse.Write, default);
        var waits = _budget.RentAsync(2 * Quarter, BufferUse.Write, default).AsTask();
        var ahead = _budget.RentAsync(Quarter, BufferUse.Read, default).AsTask();
        put.Release();
        Assert.IsNull(_budget.TryRentToReadAhead(Quarter / 2), "somebody waits for that room");
        read.Release();
        (await waits).Release();
        (await ahead).Release();
        Assert.IsNotNull(_budget.TryRentToReadAhead(Quarter));
        Assert.IsNotNull(_budget.TryRentToReadAhead(Quarter / 2));
        Assert.IsNull(_budget.TryRentToReadAhead(Quarter / 2), "the last quarter is for those who have nothing yet");
        await _budget.RentAsync(Quarter / 2, BufferUse.Read, default);
    }

    [TestMethod]
    public async Task A_put_that_waits_for_its_own_share_keeps_no_read_from_reading_ahead()
    {
        await _budget.RentAsync(2 * Quarter, BufferUse.Write, default);
        await _budget.RentAsync(Quarter, BufferUse.Write, default);
        Assert.IsFalse(_budget.RentAsync(Quarter, BufferUse.Write, default).AsTask().IsCompleted);
        Assert.AreEqual(Quarter, _budget.SpareForReads);
        Assert.IsNotNull(_budget.TryRentToReadAhead(Quarter / 2));
    }

    [TestMethod]
    public async Task Who_gives_up_waiting_takes_nothing()
    {
        var all = new[] { await _budget.RentAsync(2 * Quarter, BufferUse.Write, default), await _budget.RentAsync(Quarter, BufferUse.Write, default) };
        using var cancel = new CancellationTokenSource();
        var waits = _budget.RentAsync(Quarter, BufferUse.Write, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => waits);
        foreach (var buffer in all)
        {
            buffer.Release();
        }

        Assert.AreEqual(0, _budget.UsedBytes);
    }

    [TestMethod]
    public async Task A_buffer_goes_back_when_its_last_user_is_done()
    {
        var buffer = await _budget.RentAsync(Quarter, BufferUse.Write, default);
        buffer.Retain().Release();
        Assert.AreEqual(Quarter, _budget.UsedBytes);
        buffer.Release();
        Assert.AreEqual(0, _budget.UsedBytes);
    }

    [TestMethod]
    public async Task Buffers_are_used_again()
    {
        var first = await _budget.RentAsync(Quarter, BufferUse.Write, default);
        first.Memory.Span[0] = 42;
        first.Release();
        var again = await _budget.RentAsync(Quarter - 1, BufferUse.Write, default);
        Assert.AreEqual(42, again.Memory.Span[0]);
    }

    [TestMethod]
    public async Task Many_users_of_all_sizes_never_exceed_the_bound_and_all_get_their_turn()
    {
        var worst = 0L;
        await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, token) =>
        {
            var use = i % 3 == 0 ? BufferUse.Read : BufferUse.Write;
            var buffer = await _budget.RentAsync(1 + (i * 7919 % (2 * Quarter)), use, token);
            InterlockedMax(ref worst, _budget.UsedBytes);
            await Task.Yield();
            buffer.Release();
        });
        Assert.IsLessThanOrEqualTo(_budget.Bytes, worst);
        Assert.AreEqual(0, _budget.UsedBytes);
    }

    private static void InterlockedMax(ref long target, long value)
    {
        for (var seen = Volatile.Read(ref target); value > seen;)
        {
            seen = Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
