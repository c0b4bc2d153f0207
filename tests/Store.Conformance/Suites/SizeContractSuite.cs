namespace GlanceStore.Conformance;

/// <summary>The declared size is a contract: fewer bytes and more bytes both fail, and leave nothing.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class SizeContractSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(0, 100)]
    [DataRow(1, 0)]
    [DataRow(3, 0)]
    [DataRow(4, -1)]
    public Task Put_of_a_source_that_ends_early_leaves_nothing_behind(int chunks, int more) => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(chunks, more));
        var options = new PutOptions { ExpectedSize = Chunks(4) };
        await AssertFailsAsync(StoreError.SizeMismatch, () => Store.PutAsync(image.Id, image.OpenSource(), options, Cancellation));
        await AssertAbsentAsync(image);
        await AssertNothingLeftAsync();
    });

    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(0, 100)]
    [DataRow(1, 0)]
    [DataRow(3, 0)]
    public Task Put_of_a_source_longer_than_declared_leaves_nothing_behind(int chunks, int more) => WhereItWrites(async () =>
    {
        var declared = Chunks(chunks, more);
        var image = NewImage(declared + 1);
        var options = new PutOptions { ExpectedSize = declared };
        await AssertFailsAsync(StoreError.SizeMismatch, () => Store.PutAsync(image.Id, image.OpenSource(), options, Cancellation));
        await AssertAbsentAsync(image);
        await AssertNothingLeftAsync();
    });

    [TestMethod]
    [DataRow(0, 100)]
    [DataRow(3, 0)]
    public Task A_source_of_the_declared_size_is_stored(int chunks, int more) => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(chunks, more));
        var options = new PutOptions { ExpectedSize = image.Length, MaxSize = image.Length };
        await Store.PutAsync(image.Id, image.OpenSource(), options, Cancellation);
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    public Task A_declared_size_over_the_callers_cap_is_refused_before_the_backend_is_touched() => WhereItWrites(() =>
        AssertRefusedAsync(StoreError.TooLarge, new PutOptions { ExpectedSize = 101, MaxSize = 100 }));

    [TestMethod]
    public Task A_declared_size_over_the_drivers_limit_is_refused_before_the_backend_is_touched() => WhereItWrites(() =>
        Capabilities.MaxImageBytes == long.MaxValue
            ? AssertStoresWithoutLimitAsync()
            : AssertRefusedAsync(StoreError.TooLarge, new PutOptions { ExpectedSize = Capabilities.MaxImageBytes + 1 }));

    [TestMethod]
    public Task A_replacement_that_ends_early_leaves_the_old_image() => WhereItWrites(async () =>
    {
        var old = NewImage(Chunks(2));
        await PutAsync(old);
        var image = NewImage(old.Id, Chunks(3));
        var options = new PutOptions { ExpectedSize = Chunks(4), Mode = WriteMode.Replace };
        await AssertFailsAsync(StoreError.SizeMismatch, () => Store.PutAsync(image.Id, image.OpenSource(), options, Cancellation));
        await AssertOnlyStoredAsync(old);
    });

    private async Task AssertRefusedAsync(StoreError error, PutOptions options)
    {
        var plan = new FaultPlan();
        await using var store = await NewStoreAsync(plan);
        var image = NewImage(200);
        await AssertFailsAsync(error, () => store.PutAsync(image.Id, image.OpenSource(), options, Cancellation));
        Assert.IsEmpty(plan.Calls, "The backend was touched.");
    }

    // Where no limit is declared, the pair is that the size alone refuses nothing.
    private async Task AssertStoresWithoutLimitAsync()
    {
        var image = NewImage(Chunks(8));
        await Store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = image.Length }, Cancellation);
        await AssertStoredAsync(image);
    }
}
