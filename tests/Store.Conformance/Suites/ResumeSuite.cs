namespace GlanceStore.Conformance;

/// <summary>A read that breaks off goes on where it stopped, on the same version, or fails; it never splices.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class ResumeSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public Task A_read_that_breaks_off_goes_on_where_it_stopped(bool verified) => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(4, 5));
        var plan = new FaultPlan();
        plan.On(DriverCall.Read, nth: 1).ShortRead();
        plan.On(DriverCall.Read, nth: 2).FailTransiently();
        plan.On(DriverCall.Read, nth: 4).FailTransiently(StoreError.Throttled);
        await using var store = await NewStoreAsync(plan, budget: TightBudget);
        AssertSame(image.Bytes, await ReadAsync(store, image, verified ? Verified(image) : null));
        plan.AssertAllFired();
    });

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public Task An_image_replaced_in_the_middle_of_a_read_is_never_spliced(bool verified) => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(4));
        var other = NewImage(image.Id, image.Length);
        var plan = new FaultPlan();
        plan.On(DriverCall.Read, nth: 1).ShortRead();
        plan.On(DriverCall.Read, nth: 2).Do(() => Harness.SeedAsync(Store, other.Id, other.Bytes).AsTask()).FailTransiently();
        await using var store = await NewStoreAsync(plan);
        if ((await Store.FindAsync(LocationOf(image), Cancellation))!.VersionTag is not null)
        {
            await AssertFailsAsync(StoreError.Changed, () => ReadAsync(store, image, verified ? Verified(image) : null));
        }
        else
        {
            await AssertFailsAsync(StoreError.Corrupted, () => ReadAsync(store, image, Verified(image)), "There is no tag to pin a read to.");
        }

        plan.AssertAllFired();
    });

    [TestMethod]
    public Task A_backend_that_never_recovers_fails_with_the_number_of_attempts() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(2));
        var plan = new FaultPlan();
        plan.OnEach(DriverCall.Read).FailTransiently();
        await using var store = await NewStoreAsync(plan, Options with { MaxAttempts = 3 });
        var error = await AssertFailsAsync(StoreError.Unavailable, () => ReadAsync(store, image));
        Assert.AreEqual(3, error.Attempts);
        plan.AssertAllFired();
    });

    [TestMethod]
    public Task A_read_that_stalls_is_begun_again() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(2));
        var plan = new FaultPlan();
        plan.On(DriverCall.Read, nth: 1).Stall();
        await using var store = await NewStoreAsync(plan, Options with { StallTimeout = Harness.StallTimeout });
        AssertSame(image.Bytes, await ReadAsync(store, image, Verified(image)));
        plan.AssertAllFired();
    });

    [TestMethod]
    public async Task A_read_that_broke_off_for_good_fails_with_that_error()
    {
        var image = await SeedImageAsync(Chunks(2));
        var plan = new FaultPlan();
        plan.On(DriverCall.Read, nth: 1).Fail(StoreError.AccessDenied);
        await using var store = await NewStoreAsync(plan);
        var error = await AssertFailsAsync(StoreError.AccessDenied, () => ReadAsync(store, image));
        Assert.AreEqual(1, error.Attempts);
        plan.AssertAllFired();
    }

    [TestMethod]
    public async Task An_open_that_fails_in_passing_is_tried_again()
    {
        var image = await SeedImageAsync(Chunks(2));
        var plan = new FaultPlan();
        plan.On(DriverCall.OpenRead, nth: 1).FailTransiently();
        plan.On(DriverCall.OpenRead, nth: 2).LoseReply();
        await using var store = await NewStoreAsync(plan);
        AssertSame(image.Bytes, await ReadAsync(store, image));
        plan.AssertAllFired();
    }
}
