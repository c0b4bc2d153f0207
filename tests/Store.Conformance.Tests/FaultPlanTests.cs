using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;

namespace GlanceStore.Conformance;

[TestClass]
public sealed class FaultPlanTests
{
    [TestMethod]
    public async Task A_planned_fault_that_never_fired_fails_the_test()
    {
        var plan = new FaultPlan();
        plan.On(DriverCall.Find, nth: 2).Fail(StoreError.AccessDenied);
        await FindAsync(plan);
        Assert.IsFalse(plan.AllFired);
        Assert.ThrowsExactly<AssertFailedException>(plan.AssertAllFired);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => FindAsync(plan));
        Assert.AreEqual(StoreError.AccessDenied, error.Error);
        plan.AssertAllFired();
    }

    [TestMethod]
    public async Task A_delay_waits_before_the_call()
    {
        var plan = new FaultPlan();
        plan.On(DriverCall.Find).Delay(TimeSpan.FromMilliseconds(1));
        Assert.IsNull(await FindAsync(plan));
        plan.AssertAllFired();
    }

    [TestMethod]
    public async Task A_stall_waits_until_it_is_cancelled()
    {
        var plan = new FaultPlan();
        var spot = plan.On(DriverCall.Find).Stall();
        using var cancel = new CancellationTokenSource();
        var find = FindAsync(plan, cancel.Token);
        await spot.Reached;
        Assert.IsFalse(find.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => find);
    }

    [TestMethod]
    public async Task A_lost_reply_is_transient_and_the_call_has_taken_effect()
    {
        var storage = new MemoryStorage();
        var plan = new FaultPlan();
        plan.On(DriverCall.WriteWhole).LoseReply();
        await using var driver = new FaultyDriver(new MemoryDriver(new MemoryDriverOptions { Storage = storage }), plan);
        var image = new SampleImage(ImageId.New(), new SyntheticContent(1), 100);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () => await driver.WriteWholeAsync(
            image.Id, new WriteIntent(WriteMode.CreateNew, 100), image.Chunks(100, null)[0], image.SummaryOf(100), CancellationToken.None));
        Assert.IsTrue(error.IsTransient);
        Assert.Contains(image.Id.Value, storage.Names.Select(name => name[(name.LastIndexOf('/') + 1)..]));
    }

    [TestMethod]
    public async Task A_seeded_plan_repeats_itself()
    {
        Assert.AreSequenceEqual(await OutcomesAsync(7), await OutcomesAsync(7));
        Assert.Contains(false, await OutcomesAsync(7));
        Assert.Contains(true, await OutcomesAsync(7));
    }

    [TestMethod]
    public void A_server_that_is_not_there_skips_unless_it_is_required()
    {
        Assert.ThrowsExactly<AssertInconclusiveException>(() => SkippedServers.Skip("s3", "no server", "swift, azure"));
        Assert.ThrowsExactly<AssertInconclusiveException>(() => SkippedServers.Skip("s3", "no server", null));
        Assert.ThrowsExactly<AssertFailedException>(() => SkippedServers.Skip("s3", "no server", "swift, S3"));
    }

    [TestMethod]
    public async Task Synthetic_bytes_are_the_same_however_they_are_read()
    {
        var content = new SyntheticContent(3);
        using var all = new MemoryStream();
        await new SyntheticStream(content, 1001) { MaxReadBytes = 7 }.CopyToAsync(all);
        var part = new byte[13];
        content.Fill(500, part);
        Assert.AreSequenceEqual(content.Bytes(1001), all.ToArray());
        Assert.AreSequenceEqual(content.Bytes(513).AsSpan(500).ToArray(), part);
    }

    private static async Task<StoredObject?> FindAsync(FaultPlan plan, CancellationToken cancellationToken = default)
    {
        await using var driver = new FaultyDriver(new MemoryDriver(), plan);
        return await driver.FindAsync(driver.LocationOf(new ImageId("a")), cancellationToken);
    }

    private static async Task<List<bool>> OutcomesAsync(int seed)
    {
        var plan = FaultPlan.Seeded(seed, rate: 0.5);
        var outcomes = new List<bool>();
        for (var i = 0; i < 30; i++)
        {
            try
            {
                await FindAsync(plan);
                outcomes.Add(true);
            }
            catch (StoreException)
            {
                outcomes.Add(false);
            }
        }

        return outcomes;
    }
}
