namespace GlanceStore.Conformance;

/// <summary>Whatever call of a put fails, and however, the image is absent or whole, and nothing else is left.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class FaultSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(4)]
    public Task A_put_survives_a_passing_failure_at_every_step(int chunks) =>
        PutAtEachStepAsync(chunks, WriteMode.CreateNew, spot => spot.FailTransiently());

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(4)]
    public Task A_put_survives_a_lost_reply_at_every_step(int chunks) =>
        PutAtEachStepAsync(chunks, WriteMode.CreateNew, spot => spot.LoseReply());

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public Task A_replacement_survives_a_lost_reply_at_every_step(int chunks) =>
        PutAtEachStepAsync(chunks, WriteMode.Replace, spot => spot.LoseReply());

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(4)]
    public Task A_put_that_fails_for_good_at_any_step_says_why_and_leaves_nothing_behind(int chunks) => WhereItWrites(() =>
        AtEachStepAsync(spot => spot.Fail(StoreError.OutOfSpace), async (plan, spot, when) =>
        {
            var image = NewImage(Chunks(chunks, 1));
            await using var store = await NewStoreAsync(plan);
            var error = await ErrorOfAsync(() => PutAsync(store, image, WriteMode.CreateNew));
            Assert.AreEqual(spot.HasFired ? StoreError.OutOfSpace : null, error?.Error, $"{error?.Message} {when}");
            if (!spot.HasFired)
            {
                await AssertOnlyStoredAsync(image, when);
                return;
            }

            await AssertAbsentAsync(image, when);
            await AssertNothingLeftAsync(when);
        }));

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public Task A_replacement_that_fails_for_good_at_any_step_leaves_the_old_image(int chunks) => WhereItWrites(() =>
        AtEachStepAsync(spot => spot.Fail(StoreError.OutOfSpace), async (plan, spot, when) =>
        {
            var old = NewImage(Chunks(2, 1));
            await PutAsync(old);
            var image = NewImage(old.Id, Chunks(chunks));
            await using var store = await NewStoreAsync(plan);
            var error = await ErrorOfAsync(() => PutAsync(store, image, WriteMode.Replace));
            Assert.AreEqual(spot.HasFired ? StoreError.OutOfSpace : null, error?.Error, $"{error?.Message} {when}");
            await AssertOnlyStoredAsync(spot.HasFired ? old : image, when);
        }));

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public Task A_lost_reply_is_not_taken_for_success_where_somebody_else_was_faster(int chunks) => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(chunks));
        var other = NewImage(image.Id, image.Length);
        var plan = new FaultPlan();
        plan.On(chunks == 1 ? DriverCall.WriteWhole : DriverCall.Commit).Do(() => PutAsync(other)).FailTransiently();
        await using var store = await NewStoreAsync(plan);
        await AssertFailsAsync(StoreError.AlreadyExists, () => PutAsync(store, image, WriteMode.CreateNew));
        plan.AssertAllFired();
        await AssertOnlyStoredAsync(other, "The other was of the same size, but not the same image.");
    });

    [TestMethod]
    public Task A_bit_flipped_on_its_way_in_never_comes_back_as_verified() => WhereItWrites(() =>
        AtEachStepAsync(spot => spot.FlipBit(), async (plan, spot, when) =>
        {
            var image = NewImage(Chunks(2, 9));
            await using var store = await NewStoreAsync(plan);
            var error = await ErrorOfAsync(() => PutAsync(store, image, WriteMode.CreateNew))
                ?? await ErrorOfAsync(() => ReadAsync(image, Verified(image)));
            if (error is null && Capabilities.ChunkDigest is not null)
            {
                return; // the backend saw it, and the chunk was sent again
            }

            Assert.AreEqual(spot.HasFired ? StoreError.Corrupted : null, error?.Error, $"{error?.Message} {when}");
        }));

    [TestMethod]
    public Task A_put_survives_random_faults() => WhereItWrites(async () =>
    {
        for (var i = 0; i < 10; i++)
        {
            await using var store = await NewStoreAsync(FaultPlan.Seeded(unchecked(Seed + i), rate: 0.2), Options with { MaxAttempts = 20 });
            var image = NewImage(Chunks(5, 1));
            await PutAsync(store, image, WriteMode.CreateNew);
            AssertSame(image.Bytes, await ReadAsync(Capabilities.CanReadRanges ? store : Store, image, Verified(image)), "It was read with faults.");
            await AssertOnlyStoredAsync(image);
        }
    });

    private Task PutAtEachStepAsync(int chunks, WriteMode mode, Action<FaultSpot> fault) => WhereItWrites(() =>
        AtEachStepAsync(fault, async (plan, _, when) =>
        {
            var image = NewImage(Chunks(chunks, 1));
            if (mode == WriteMode.Replace)
            {
                await PutAsync(NewImage(image.Id, image.Length));
            }

            await using var store = await NewStoreAsync(plan);
            var error = await ErrorOfAsync(() => PutAsync(store, image, mode));
            Assert.IsNull(error, $"{error?.Message} {when}");
            await AssertOnlyStoredAsync(image, when);
        }));

    private Task PutAsync(ImageStore store, SampleImage image, WriteMode mode) =>
        store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = image.Length, Mode = mode }, Cancellation);
}
