namespace GlanceStore.Drivers.Rbd;

/// <summary>The bytes of a write belong to the caller: they are copied while he waits, or not at all.</summary>
[TestClass]
public sealed class WritesTests
{
    private readonly ManualResetEventSlim _gate = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly RbdWrites _writes = new();

    [TestCleanup]
    public void Clean()
    {
        _gate.Set();
        _writes.Dispose();
        _cancel.Dispose();
    }

    [TestMethod]
    public async Task A_write_that_is_cancelled_while_it_waits_for_its_turn_never_begins()
    {
        var hasBegun = false;
        var before = _writes.BeginAsync(Wait, default);
        var cancelled = _writes.BeginAsync(() => hasBegun = true, _cancel.Token);
        await _cancel.CancelAsync();
        await Assert.ThrowsExactlyAsync<TaskCanceledException>(() => cancelled);
        _gate.Set();
        await before;
        await _writes.BeginAsync(() => true, default);
        Assert.IsFalse(hasBegun);
    }

    [TestMethod]
    public async Task A_write_that_is_cancelled_while_its_bytes_are_copied_ends_no_earlier()
    {
        var began = new TaskCompletionSource();
        var copying = _writes.BeginAsync(() =>
        {
            began.SetResult();
            return Wait();
        }, _cancel.Token);
        await began.Task;
        await _cancel.CancelAsync();
        Assert.IsFalse(copying.IsCompleted);
        _gate.Set();
        Assert.IsTrue(await copying);
    }

    [TestMethod]
    public async Task A_write_that_does_not_begin_tells_why_and_those_after_it_begin()
    {
        await Assert.ThrowsExactlyAsync<IOException>(() => _writes.BeginAsync<bool>(() => throw new IOException("It does not."), default));
        Assert.IsTrue(await _writes.BeginAsync(() => true, default));
    }

    [TestMethod]
    public async Task A_connection_that_was_replaced_begins_nothing_more()
    {
        Assert.IsTrue(await _writes.BeginAsync(() => true, default));
        _writes.Dispose();
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => _writes.BeginAsync(() => true, default));
    }

    private bool Wait()
    {
        _gate.Wait();
        return true;
    }
}
