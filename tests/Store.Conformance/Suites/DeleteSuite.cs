namespace GlanceStore.Conformance;

/// <summary>A deleted image is gone, with all that belonged to it and nothing else.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class DeleteSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(5)]
    public Task A_deleted_image_is_gone_with_all_that_belonged_to_it(int chunks) => WhereItDeletes(async () =>
    {
        var image = await SeedImageAsync(Chunks(chunks));
        Assert.IsTrue(await Store.DeleteAsync(LocationOf(image), cancellationToken: Cancellation));
        await AssertAbsentAsync(image);
        await AssertFailsAsync(StoreError.NotFound, () => ReadAsync(image));
        await AssertNothingLeftAsync();
    });

    [TestMethod]
    public Task An_image_that_is_not_there_is_no_error() => WhereItDeletes(async () =>
    {
        Assert.IsFalse(await Store.DeleteAsync(Store.LocationOf(NewId()), cancellationToken: Cancellation));
        var image = await SeedImageAsync(10);
        await Store.DeleteAsync(LocationOf(image), cancellationToken: Cancellation);
        Assert.IsFalse(await Store.DeleteAsync(LocationOf(image), cancellationToken: Cancellation), "It is gone already.");
    });

    [TestMethod]
    public Task A_delete_leaves_the_other_images() => WhereItDeletes(async () =>
    {
        var other = NewImage(new ImageId("image"), Chunks(2));
        var image = NewImage(new ImageId("image-1"), Chunks(2));
        await Harness.SeedAsync(Store, other.Id, other.Bytes);
        await Harness.SeedAsync(Store, image.Id, image.Bytes);
        await Store.DeleteAsync(LocationOf(other), cancellationToken: Cancellation);
        await AssertAbsentAsync(other);
        await AssertOnlyStoredAsync(image, "Its id begins with that of the deleted image.");
    });

    [TestMethod]
    public Task An_id_can_be_used_again_after_a_delete() => WhereItDeletes(() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(3));
        await PutAsync(image);
        await Store.DeleteAsync(LocationOf(image), cancellationToken: Cancellation);
        var second = NewImage(image.Id, Chunks(1, 1));
        await PutAsync(second);
        await AssertOnlyStoredAsync(second);
    }));

    [TestMethod]
    public Task Of_many_who_delete_an_image_none_fails() => WhereItDeletes(async () =>
    {
        var image = await SeedImageAsync(Chunks(2));
        var deletes = Enumerable.Range(0, 8).Select(_ => Store.DeleteAsync(LocationOf(image), cancellationToken: Cancellation)).ToArray();
        Assert.Contains(true, await Task.WhenAll(deletes));
        await AssertNothingLeftAsync();
    });

    [TestMethod]
    public Task A_delete_that_fails_in_passing_is_tried_again() => WhereItDeletes(async () =>
    {
        var image = await SeedImageAsync(Chunks(2));
        var plan = new FaultPlan();
        plan.On(DriverCall.Delete, nth: 1).FailTransiently();
        plan.On(DriverCall.Delete, nth: 2).LoseReply();
        await using var store = await NewStoreAsync(plan);
        await store.DeleteAsync(LocationOf(image), cancellationToken: Cancellation);
        plan.AssertAllFired();
        await AssertNothingLeftAsync();
    });
}
