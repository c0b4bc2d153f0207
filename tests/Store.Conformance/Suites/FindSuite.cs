namespace GlanceStore.Conformance;

/// <summary>What the store says of an image is true, and absence is an answer and no error.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class FindSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    // Clocks of two machines differ, and backends round to seconds.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(10);

    [TestMethod]
    public async Task An_image_that_is_not_there_is_null() =>
        Assert.IsNull(await Store.FindAsync(Store.LocationOf(NewId()), Cancellation));

    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(0, 1)]
    [DataRow(3, 1)]
    public async Task An_image_is_found_with_its_size(int chunks, int more)
    {
        var image = await SeedImageAsync(Chunks(chunks, more));
        var found = await Store.FindAsync(LocationOf(image), Cancellation);
        Assert.IsNotNull(found);
        Assert.AreEqual(image.Length, found.Size);
        Assert.AreEqual(LocationOf(image).Uri, found.Location.Uri);
    }

    [TestMethod]
    public async Task The_time_of_an_image_is_that_of_its_writing()
    {
        var image = await SeedImageAsync(10);
        var found = await Store.FindAsync(LocationOf(image), Cancellation);
        if (found!.LastModified is { } time)
        {
            Assert.IsLessThan(ClockTolerance, (DateTimeOffset.UtcNow - time).Duration(), $"It says {time:O}.");
        }
    }

    [TestMethod]
    public async Task A_digest_that_the_backend_keeps_is_the_images()
    {
        var image = await SeedImageAsync(Chunks(2, 1));
        var found = await Store.FindAsync(LocationOf(image), Cancellation);
        if (found!.Digest is { } digest)
        {
            Assert.AreEqual(image.DigestOf(digest.Algorithm), digest);
        }
    }

    [TestMethod]
    public async Task The_version_tag_stays_while_the_image_stays()
    {
        var image = await SeedImageAsync(Chunks(1, 1));
        var first = await Store.FindAsync(LocationOf(image), Cancellation);
        await using var stream = await Store.OpenReadAsync(LocationOf(image), null, Cancellation);
        AssertSame(image.Bytes, await ReadToEndAsync(stream));
        var second = await Store.FindAsync(LocationOf(image), Cancellation);
        Assert.AreEqual(first!.VersionTag, second!.VersionTag);
        Assert.AreEqual(first.VersionTag, stream.Object.VersionTag, "A read and a find tell the same version.");
    }

    [TestMethod]
    public async Task The_version_tag_changes_when_the_image_is_replaced_by_one_of_the_same_size()
    {
        var image = await SeedImageAsync(Chunks(1, 1));
        var first = await Store.FindAsync(LocationOf(image), Cancellation);
        await Harness.SeedAsync(Store, image.Id, NewImage(image.Id, image.Length).Bytes);
        var second = await Store.FindAsync(LocationOf(image), Cancellation);
        if (first!.VersionTag is not null)
        {
            Assert.AreNotEqual(first.VersionTag, second!.VersionTag);
        }
    }

    [TestMethod]
    public Task The_receipt_and_the_store_tell_the_same() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(2, 1));
        var receipt = await PutAsync(image);
        var found = await Store.FindAsync(receipt.Location, Cancellation);
        Assert.AreEqual(receipt.Size, found!.Size);
        Assert.AreEqual(receipt.Location, found.Location);
    });

    [TestMethod]
    public async Task A_failure_to_ask_is_an_error_and_not_absence()
    {
        var plan = new FaultPlan();
        plan.OnEach(DriverCall.Find).FailTransiently();
        await using var store = await NewStoreAsync(plan, Options with { MaxAttempts = 2 });
        await AssertFailsAsync(StoreError.Unavailable, () => store.FindAsync(store.LocationOf(NewId()), Cancellation));
        Assert.HasCount(2, plan.Calls);
    }
}
