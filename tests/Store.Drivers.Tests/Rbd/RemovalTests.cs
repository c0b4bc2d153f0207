using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

[TestClass]
public sealed class RemovalTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public async Task An_image_with_a_clone_of_either_format_is_in_use_and_untouched(int format)
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync([1, 2, 3]);
        place.Clone(format, id, "child");
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, place.Rbd("export", "child", "-"));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => place.Store.DeleteAsync(place.Store.LocationOf(id)));
        Assert.AreEqual(StoreError.InUse, error.Error);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await place.ReadAsync(id));
        place.Rbd("flatten", "child");
        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)));
    }

    [TestMethod]
    public async Task An_image_that_another_client_has_open_is_in_use_and_untouched()
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync([1, 2, 3]);
        using (RbdImage.Open(place.Behind, place.IdOf(id)))
        {
            var error = await Assert.ThrowsExactlyAsync<StoreException>(() => place.Store.DeleteAsync(place.Store.LocationOf(id)));
            Assert.AreEqual(StoreError.InUse, error.Error);
            CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await place.ReadAsync(id));
        }

        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)));
        Assert.IsEmpty(place.Objects);
    }

    [TestMethod]
    public async Task An_image_with_a_snapshot_of_somebody_else_is_in_use_and_untouched()
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync([1, 2, 3]);
        place.Rbd("snap", "create", $"{id}@backup");
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => place.Store.DeleteAsync(place.Store.LocationOf(id)));
        Assert.AreEqual(StoreError.InUse, error.Error);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await place.ReadAsync(id));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public async Task An_image_whose_clone_was_removed_is_deleted(int format)
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync([1, 2, 3]);
        place.Clone(format, id, "child");
        place.Rbd("rm", "--no-progress", "child");
        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)));
        Assert.IsEmpty(place.Objects);
    }

    [TestMethod]
    public async Task An_image_that_a_clone_hangs_on_is_not_replaced()
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync([1, 2, 3]);
        place.Clone(2, id, "child");
        using var source = new MemoryStream([4]);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => place.Store.PutAsync(id, source, new PutOptions { Mode = WriteMode.Replace }));
        Assert.AreEqual(StoreError.InUse, error.Error);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await place.ReadAsync(id));
        await place.Driver.SettledAsync();
        Assert.IsEmpty(place.Behind.ListTrash(), "Nothing of the upload is left.");
    }

    [TestMethod]
    public async Task An_image_without_a_protected_snapshot_is_read_and_deleted()
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync([1, 2, 3]);
        place.Rbd("snap", "unprotect", $"{id}@snap");
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await place.ReadAsync(id));
        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)));
        Assert.IsEmpty(place.Objects);
    }

    [TestMethod]
    public async Task A_delete_of_a_version_that_was_replaced_is_Changed()
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync([1, 2, 3]);
        var location = place.Driver.LocationOf(id);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => place.Driver.DeleteAsync(location, new DeleteIntent("another"), default).AsTask());
        Assert.AreEqual(StoreError.Changed, error.Error);
        var found = await place.Driver.FindAsync(location, default);
        Assert.IsTrue(await place.Driver.DeleteAsync(location, new DeleteIntent(found!.VersionTag), default));
    }

    [TestMethod]
    public async Task An_image_that_is_removed_under_its_reader_is_NotFound_and_never_zeros()
    {
        await using var place = TestPlace.New();
        var bytes = new byte[1 << 20];
        Random.Shared.NextBytes(bytes);
        var id = await place.PutAsync(bytes);
        var location = place.Driver.LocationOf(id);
        await using var reader = await place.Driver.OpenReadAsync(location, new ReadIntent(), default);
        var buffer = new byte[1000];
        var count = await reader.ReadAsync(buffer, default);
        CollectionAssert.AreEqual(bytes[..count], buffer[..count]);
        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => reader.ReadAsync(buffer, default).AsTask());
        Assert.AreEqual(StoreError.NotFound, error.Error);
    }
}
