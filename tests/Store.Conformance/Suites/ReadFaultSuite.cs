namespace GlanceStore.Conformance;

/// <summary>Whatever call of a read fails, and however, the bytes that come are the image's.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class ReadFaultSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public Task A_read_survives_a_passing_failure_at_every_step(bool verified) =>
        ReadAtEachStepAsync(verified, spot => spot.FailTransiently());

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public Task A_read_survives_a_lost_reply_at_every_step(bool verified) => ReadAtEachStepAsync(verified, spot => spot.LoseReply());

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public Task A_read_survives_a_short_read_at_every_step(bool verified) => ReadAtEachStepAsync(verified, spot => spot.ShortRead());

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_read_that_fails_for_good_at_any_step_says_why(bool verified)
    {
        var image = await SeedImageAsync(Chunks(3, 7));
        await AtEachStepAsync(spot => spot.Fail(StoreError.AccessDenied), async (plan, spot, when) =>
        {
            await using var store = await NewStoreAsync(plan, budget: TightBudget);
            using var handed = new MemoryStream();
            var error = await ErrorOfAsync(() => CopyAsync(store, image, verified, handed));
            Assert.AreEqual(spot.HasFired ? StoreError.AccessDenied : null, error?.Error, $"{error?.Message} {when}");
            AssertSame(image.Bytes.AsMemory(0, (int)handed.Length), handed.ToArray(), when);
        });
    }

    [TestMethod]
    public async Task A_bit_flipped_on_its_way_out_is_never_handed_over()
    {
        var image = await SeedImageAsync(Chunks(3, 7));
        await AtEachAsync(DriverCall.Read, spot => spot.FlipBit(), async (plan, spot, when) =>
        {
            await using var store = await NewStoreAsync(plan, budget: TightBudget);
            using var handed = new MemoryStream();
            var error = await ErrorOfAsync(() => CopyAsync(store, image, verified: true, handed));
            Assert.IsTrue(error is null or { Error: StoreError.Corrupted }, $"{error?.Message} {when}");
            AssertSame(image.Bytes.AsMemory(0, (int)handed.Length), handed.ToArray(), when);
            Assert.IsTrue(error is not null || handed.Length == image.Length, when);
        });
    }

    private async Task ReadAtEachStepAsync(bool verified, Action<FaultSpot> fault)
    {
        var image = await SeedImageAsync(Chunks(3, 7));
        await AtEachStepAsync(fault, async (plan, _, when) =>
        {
            await using var store = await NewStoreAsync(plan, budget: TightBudget);
            using var handed = new MemoryStream();
            var error = await ErrorOfAsync(() => CopyAsync(store, image, verified, handed));
            AssertSame(image.Bytes.AsMemory(0, (int)handed.Length), handed.ToArray(), when);

            // Without ranges nothing can be resumed: what broke off half-way may fail, but only with the error of the backend.
            if (Capabilities.CanReadRanges || error is not { Error: StoreError.Unavailable })
            {
                Assert.IsNull(error, $"{error?.Message} {when}");
                Assert.AreEqual(image.Length, handed.Length, when);
            }
        });
    }

    private async Task CopyAsync(ImageStore store, SampleImage image, bool verified, Stream target)
    {
        await using var stream = await store.OpenReadAsync(LocationOf(image), verified ? Verified(image) : null, Cancellation);
        await stream.CopyToAsync(target, Cancellation);
    }
}
