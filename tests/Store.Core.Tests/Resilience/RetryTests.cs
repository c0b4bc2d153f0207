using GlanceStore.Diagnostics;
using GlanceStore.Resilience;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace GlanceStore.Core.Tests.Resilience;

[TestClass]
public sealed class RetryTests
{
    private readonly FakeTimeProvider _time = new();

    [TestMethod]
    public async Task Only_transient_errors_are_tried_again()
    {
        var calls = 0;
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => Make(5).RunAsync<int>(_ =>
        {
            calls++;
            throw new StoreException(StoreError.AccessDenied, "No.");
        }, default).AsTask());
        Assert.AreEqual((1, 1), (calls, e.Attempts));
    }

    [TestMethod]
    public async Task The_last_error_says_how_often_it_was_tried()
    {
        var calls = 0;
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => Make(4).RunAsync<int>(_ => throw Transient(++calls), default).AsTask());
        Assert.AreEqual((4, 4), (calls, e.Attempts));
        Assert.StartsWith("Failure 4.", e.Message);
    }

    [TestMethod]
    public async Task The_backends_own_delay_is_kept()
    {
        var calls = 0;
        var run = Make(2, TimeSpan.FromMilliseconds(1)).RunAsync(_ => ++calls == 1
            ? throw new StoreException(StoreError.Throttled, "Slow down.") { IsTransient = true, RetryAfter = TimeSpan.FromSeconds(7) }
            : ValueTask.FromResult(calls), default).AsTask();
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.IsFalse(run.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.AreEqual(2, await run);
    }

    [TestMethod]
    public async Task A_backend_that_asks_to_wait_for_hours_is_asked_again_after_a_minute()
    {
        var calls = 0;
        var run = Make(2).RunAsync(_ => ++calls == 1
            ? throw new StoreException(StoreError.Throttled, "Slow down.") { IsTransient = true, RetryAfter = TimeSpan.FromHours(3) }
            : ValueTask.FromResult(calls), default).AsTask();
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.AreEqual(2, await run);
    }

    [TestMethod]
    public async Task A_backend_that_gives_no_sign_of_life_has_stalled()
    {
        var run = Make(1).RunAsync(async token =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return 0;
        }, default).AsTask();
        _time.Advance(TimeSpan.FromSeconds(61));
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => run);
        Assert.AreEqual((StoreError.Stalled, true), (e.Error, e.IsTransient));
    }

    [TestMethod]
    public async Task A_backend_that_hangs_is_given_up_after_three_time_limits()
    {
        var calls = 0;
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => Make(5).RunAsync<int>(_ =>
            throw (++calls == 1 ? Transient(calls) : new StoreException(StoreError.Stalled, "No answer.") { IsTransient = true }), default).AsTask());
        Assert.AreEqual((4, 4, StoreError.Stalled, true), (calls, e.Attempts, e.Error, e.IsTransient));
    }

    [TestMethod]
    public async Task A_large_chunk_gets_more_time_than_a_small_one()
    {
        var run = Make(1).RunAsync(async token =>
        {
            await Task.Delay(TimeSpan.FromSeconds(100), _time, token);
            return 1;
        }, default, 17 << 20).AsTask();
        _time.Advance(TimeSpan.FromSeconds(101));
        Assert.AreEqual(1, await run);
    }

    [TestMethod]
    public async Task Cancellation_ends_a_pause_and_is_never_another_error()
    {
        using var cancel = new CancellationTokenSource();
        var run = Make(5, TimeSpan.FromHours(1)).RunAsync<int>(_ => throw Transient(1), cancel.Token).AsTask();
        Assert.IsFalse(run.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => run);
    }

    [TestMethod]
    public async Task What_a_driver_does_not_explain_is_an_error_of_the_store_and_its_text_is_not_repeated()
    {
        var thrown = new InvalidOperationException("secret inside");
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => Make(3).RunAsync<int>(_ => throw thrown, default).AsTask());
        Assert.AreEqual((StoreError.Unavailable, false), (e.Error, e.IsTransient));
        Assert.AreSame(thrown, e.InnerException);
        Assert.DoesNotContain("secret", e.Message);
    }

    [TestMethod]
    public async Task A_driver_that_gives_up_by_itself_does_not_look_like_a_cancelled_caller()
    {
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => Make(1).RunAsync<int>(_ => throw new TaskCanceledException(), default).AsTask());
        Assert.AreEqual((StoreError.Unavailable, true), (e.Error, e.IsTransient));
    }

    private Retry Make(int attempts, TimeSpan? delay = null) => new(
        new ImageStoreOptions { MaxAttempts = attempts, RetryDelay = delay ?? TimeSpan.Zero },
        _time, new StoreTelemetry("test", NullLogger.Instance, _time));

    private static StoreException Transient(int call) => new(StoreError.Unavailable, $"Failure {call}.") { IsTransient = true };
}
