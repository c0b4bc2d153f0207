using GlanceStore.Transfer;
using Microsoft.Extensions.Time.Testing;

namespace GlanceStore.Core.Tests.Transfer;

[TestClass]
public sealed class ByteRateTests
{
    private readonly FakeTimeProvider _time = new();

    [TestMethod]
    public void Bytes_are_paid_for_when_their_time_is_over_and_not_before()
    {
        var rate = new ByteRate(1000, _time);
        var paying = rate.PayAsync(500, CancellationToken.None);
        _time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.IsFalse(paying.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.IsTrue(paying.IsCompletedSuccessfully);
    }

    [TestMethod]
    public void Several_readers_wait_for_each_other()
    {
        var rate = new ByteRate(1000, _time);
        var first = rate.PayAsync(1000, CancellationToken.None);
        var second = rate.PayAsync(1000, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual((true, false), (first.IsCompleted, second.IsCompleted));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.IsTrue(second.IsCompletedSuccessfully);
    }

    [TestMethod]
    public void An_idle_hour_is_not_saved_up()
    {
        var rate = new ByteRate(1000, _time);
        _time.Advance(TimeSpan.FromHours(1));
        var paying = rate.PayAsync(2000, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(1.8));
        Assert.IsFalse(paying.IsCompleted, "but for a tenth of a second");
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.IsTrue(paying.IsCompletedSuccessfully);
    }

    [TestMethod]
    public void What_costs_no_time_worth_a_timer_is_put_on_the_bill()
    {
        var rate = new ByteRate(1_000_000, _time);
        Assert.IsTrue(rate.PayAsync(9_000, CancellationToken.None).IsCompleted);
        Assert.IsFalse(rate.PayAsync(9_000, CancellationToken.None).IsCompleted);
    }

    [TestMethod]
    public void Without_a_rate_nobody_waits() =>
        Assert.IsTrue(new ByteRate(null, _time).PayAsync(int.MaxValue, CancellationToken.None).IsCompleted);

    [TestMethod]
    public void What_no_timer_waits_for_is_waited_for_in_parts()
    {
        var rate = new ByteRate(1, _time);
        var paying = rate.PayAsync(100 * 24 * 60 * 60, CancellationToken.None);
        _time.Advance(TimeSpan.FromDays(48));
        Assert.IsFalse(paying.IsCompleted);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.IsTrue(paying.IsCompletedSuccessfully);
        Assert.IsFalse(rate.PayAsync(1, CancellationToken.None).IsCompleted, "the rest is owed still");
    }

    [TestMethod]
    public async Task The_wait_can_be_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var paying = new ByteRate(1, _time).PayAsync(1000, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => paying);
    }
}
