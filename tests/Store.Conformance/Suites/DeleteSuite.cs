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

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(3)]
    public Task A_delete_that_names_the_version_deletes_it(int chunks) => WhereItDeletes(async () =>
    {
        var image = await SeedImageAsync(Chunks(chunks));
        if (await VersionOfAsync(image) is { } version)
        {
            Assert.IsTrue(await Store.DeleteAsync(LocationOf(image), version, Cancellation));
            await AssertNothingLeftAsync();
            Assert.IsFalse(await Store.DeleteAsync(LocationOf(image), version, Cancellation), "It is gone already, whatever version is named.");
        }
    });

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(3)]
    public Task A_delete_that_names_another_version_leaves_the_image_as_it_is(int chunks) => WhereItDeletes(async () =>
    {
        var first = await SeedImageAsync(Chunks(chunks));
        if (await VersionOfAsync(first) is { } version)
        {
            var second = NewImage(first.Id, Chunks(2, 1));
            await Harness.SeedAsync(Store, second.Id, second.Bytes);
            await AssertFailsAsync(StoreError.Changed, () => Store.DeleteAsync(LocationOf(first), version, Cancellation));
            await AssertOnlyStoredAsync(second, "The delete was of the image before.");
        }
    });

    [TestMethod]
    public Task An_image_that_is_put_between_the_look_and_the_delete_is_not_deleted() => WhereItDeletes(() => WhereItWrites(async () =>
    {
        var first = NewImage(Chunks(2));
        var second = NewImage(first.Id, Chunks(2));
        await PutAsync(first);
        if (await VersionOfAsync(first) is { } version)
        {
            var plan = new FaultPlan();
            plan.On(DriverCall.Delete).Do(() => PutAsync(second, WriteMode.Replace));
            await using var store = await NewStoreAsync(plan);
            await AssertFailsAsync(StoreError.Changed, () => store.DeleteAsync(LocationOf(first), version, Cancellation));
            plan.AssertAllFired();
            await AssertOnlyStoredAsync(second);
        }
    }));

    // Null where the driver tells no versions: it is not asked to compare what it does not know.
    private async Task<DeleteOptions?> VersionOfAsync(SampleImage image)
    {
        var found = await Store.FindAsync(LocationOf(image), Cancellation);
        Assert.IsNotNull(found);
        if (found.VersionTag is null)
        {
            NotOffered = "version tags";
            return null;
        }

        return new DeleteOptions { VersionTag = found.VersionTag };
    }
}
