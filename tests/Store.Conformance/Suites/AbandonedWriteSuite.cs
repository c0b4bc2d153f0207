namespace GlanceStore.Conformance;

/// <summary>A write that is not committed leaves nothing: neither an image nor litter.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class AbandonedWriteSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(4)]
    public Task A_writer_disposed_without_a_commit_leaves_nothing_behind(int written) => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(4));
        await AbandonAsync(image, WriteMode.CreateNew, written);
        await AssertAbsentAsync(image);
        await AssertNothingLeftAsync();
    });

    [TestMethod]
    public Task A_replacement_disposed_without_a_commit_leaves_the_old_image() => WhereItWrites(async () =>
    {
        var old = NewImage(Chunks(2, 1));
        await PutAsync(old);
        await AbandonAsync(NewImage(old.Id, Chunks(4)), WriteMode.Replace, 4);
        await AssertOnlyStoredAsync(old);
    });

    [TestMethod]
    public Task A_writer_can_be_disposed_twice_and_after_its_commit() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(2));
        var writer = await Driver.OpenWriteAsync(image.Id, new WriteIntent(WriteMode.CreateNew, image.Length), Cancellation);
        foreach (var chunk in image.Chunks(ChunkBytes, Capabilities.ChunkDigest))
        {
            await writer.WriteChunkAsync(chunk, Cancellation);
        }

        await writer.CommitAsync(image.SummaryOf(ChunkBytes), Cancellation);
        await writer.DisposeAsync();
        await writer.DisposeAsync();
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    public Task An_abandoned_write_does_not_stand_in_the_way_of_the_next() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(3));
        await AbandonAsync(image, WriteMode.CreateNew, 3);
        await PutAsync(image);
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    public Task Writers_of_one_id_do_not_disturb_each_other() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(3));
        var other = NewImage(image.Id, Chunks(3));
        var plan = new FaultPlan();
        plan.On(DriverCall.Commit).Do(() => AbandonAsync(other, WriteMode.CreateNew, 3));
        await using var store = await NewStoreAsync(plan);
        await store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = image.Length }, Cancellation);
        plan.AssertAllFired();
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(3)]
    public Task A_source_that_fails_half_way_leaves_nothing_behind_and_its_error_unchanged(int chunks) => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(5));
        var source = new SyntheticStream(image.Content, image.Length) { FailAt = Chunks(chunks, 7) };
        var options = new PutOptions { ExpectedSize = image.Length };
        var failure = await Assert.ThrowsExactlyAsync<InvalidDataException>(
            () => Store.PutAsync(image.Id, source, options, Cancellation));
        Assert.AreSame(source.Failure, failure);
        await AssertAbsentAsync(image);
        await AssertNothingLeftAsync();
    });

    private async Task AbandonAsync(SampleImage image, WriteMode mode, int written)
    {
        var writer = await Driver.OpenWriteAsync(image.Id, new WriteIntent(mode, image.Length), Cancellation);
        foreach (var chunk in image.Chunks(ChunkBytes, Capabilities.ChunkDigest).Take(written))
        {
            await writer.WriteChunkAsync(chunk, Cancellation);
        }

        await writer.DisposeAsync();
        await writer.DisposeAsync();
    }
}
