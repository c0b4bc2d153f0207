namespace GlanceStore.Conformance;

/// <summary>Every error arrives as what it is: its code, where it happened, how often it was tried.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class ErrorSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    public async Task Every_error_of_a_read_keeps_its_code_and_is_not_tried_again()
    {
        var image = await SeedImageAsync(100);
        foreach (var code in Enum.GetValues<StoreError>())
        {
            var plan = new FaultPlan();
            plan.OnEach(DriverCall.OpenRead).Fail(code);
            await using var store = await NewStoreAsync(plan);
            AssertContext(await AssertFailsAsync(code, () => ReadAsync(store, image)), "read", LocationOf(image), attempts: 1);
            plan.AssertAllFired();
        }
    }

    [TestMethod]
    public Task Every_error_of_a_put_keeps_its_code_and_leaves_nothing() => WhereItWrites(async () =>
    {
        foreach (var code in Enum.GetValues<StoreError>())
        {
            var plan = new FaultPlan();
            plan.On(DriverCall.Commit).Fail(code);
            await using var store = await NewStoreAsync(plan);
            var image = NewImage(Chunks(2));
            var options = new PutOptions { ExpectedSize = image.Length };
            var error = await AssertFailsAsync(code, () => store.PutAsync(image.Id, image.OpenSource(), options, Cancellation));
            AssertContext(error, "put", LocationOf(image), attempts: 1);
            plan.AssertAllFired();
            await AssertNothingLeftAsync($"After {code}.");
        }
    });

    [TestMethod]
    public Task A_passing_error_that_does_not_pass_says_how_often_it_was_tried() => WhereItWrites(async () =>
    {
        var plan = new FaultPlan();
        plan.OnEach(DriverCall.WriteChunk).FailTransiently(StoreError.Throttled);
        await using var store = await NewStoreAsync(plan, Options with { MaxAttempts = 3, Parallelism = 1 });
        var image = NewImage(Chunks(3));
        var options = new PutOptions { ExpectedSize = image.Length };
        var error = await AssertFailsAsync(StoreError.Throttled, () => store.PutAsync(image.Id, image.OpenSource(), options, Cancellation));
        AssertContext(error, "put", LocationOf(image), attempts: 3);
        Assert.Contains("3 attempts", error.Message);
        await AssertNothingLeftAsync();
    });

    [TestMethod]
    public Task A_write_that_stalls_is_given_up_and_tried_again() => WhereItWrites(async () =>
    {
        var plan = new FaultPlan();
        plan.On(DriverCall.WriteChunk, nth: 2).Stall();
        await using var store = await NewStoreAsync(plan, Options with { StallTimeout = Harness.StallTimeout });
        var image = NewImage(Chunks(3));
        await store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = image.Length }, Cancellation);
        plan.AssertAllFired();
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    public async Task A_store_that_never_answers_is_Stalled()
    {
        var plan = new FaultPlan();
        plan.OnEach(DriverCall.Find).Stall();
        var options = Options with { StallTimeout = TimeSpan.FromMilliseconds(50), MaxAttempts = 2 };
        await using var store = await NewStoreAsync(plan, options);
        var location = store.LocationOf(NewId());
        AssertContext(await AssertFailsAsync(StoreError.Stalled, () => store.FindAsync(location, Cancellation)), "find", location, attempts: 2);
    }

    [TestMethod]
    public async Task What_a_driver_cannot_explain_is_still_an_error_of_the_store()
    {
        var plan = new FaultPlan();
        plan.On(DriverCall.Find).Throw(() => new InvalidOperationException("A mistake in a driver."));
        await using var store = await NewStoreAsync(plan);
        var error = await AssertFailsAsync(StoreError.Unavailable, () => store.FindAsync(store.LocationOf(NewId()), Cancellation));
        Assert.IsInstanceOfType<InvalidOperationException>(error.InnerException);
    }

    [TestMethod]
    public Task The_driver_refuses_a_taken_id_at_its_commit() => WhereItWrites(async () =>
    {
        var old = NewImage(Chunks(1, 1));
        await PutAsync(old);
        var image = NewImage(old.Id, Chunks(2));
        var error = await AssertFailsAsync(StoreError.AlreadyExists, async () =>
        {
            await using var writer = await Driver.OpenWriteAsync(image.Id, new WriteIntent(WriteMode.CreateNew, image.Length), Cancellation);
            foreach (var chunk in image.Chunks(ChunkBytes, Capabilities.ChunkDigest))
            {
                await writer.WriteChunkAsync(chunk, Cancellation);
            }

            await writer.CommitAsync(image.SummaryOf(ChunkBytes), Cancellation);
        });
        Assert.IsFalse(error.IsTransient, "A taken id stays taken.");
        await AssertOnlyStoredAsync(old);
    });

    private void AssertContext(StoreException error, string operation, ImageLocation location, int attempts)
    {
        Assert.AreEqual(operation, error.Operation);
        Assert.AreEqual(Store.Id, error.StoreId);
        Assert.AreEqual(location, error.Location);
        Assert.AreEqual(attempts, error.Attempts);
        Assert.IsFalse(string.IsNullOrWhiteSpace(error.Message));
    }
}
