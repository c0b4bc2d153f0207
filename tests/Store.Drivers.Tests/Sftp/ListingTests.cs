namespace GlanceStore.Drivers.Sftp;

[TestClass]
public sealed class ListingTests
{
    [TestMethod]
    public async Task A_store_tells_its_images_page_by_page_and_what_is_unfinished_apart()
    {
        await using var place = SftpPlace.New();
        foreach (var name in new[] { "b2", "a", "b1" })
        {
            await place.PutAsync(place.Options(), new ImageId(name), [1, 2]);
        }

        await File.WriteAllBytesAsync($"{place.Images}/{SftpLocations.PartName("old")}", [1, 2, 3]);
        File.CreateSymbolicLink($"{place.Images}/b3", "/etc/hostname");
        Directory.CreateDirectory($"{place.Images}/b4");
        await using var driver = new SftpDriver(place.Options());
        var first = await driver.ListAsync(new ListingRequest(MaxImages: 2), default);
        CollectionAssert.AreEqual(new[] { "a", "b1" }, first.Images.Select(image => image.Name).ToArray());
        Assert.AreEqual(3, first.Unfinished.Single().SizeBytes);
        var second = await driver.ListAsync(new ListingRequest(Continuation: first.Continuation, MaxImages: 2), default);
        Assert.AreEqual("b2", second.Images.Single().Name);
        Assert.IsEmpty(second.Unfinished);
        Assert.IsNull(second.Continuation);
        Assert.AreEqual(await driver.FindAsync(driver.LocationOf(new ImageId("b2")), default), second.Images.Single().Stored);
        Assert.HasCount(2, (await driver.ListAsync(new ListingRequest("b"), default)).Images);
    }

    [TestMethod]
    public async Task A_store_without_a_directory_holds_nothing()
    {
        await using var place = SftpPlace.New();
        await using var driver = new SftpDriver(place.Options());
        var page = await driver.ListAsync(new ListingRequest(), default);
        Assert.IsEmpty(page.Images);
        Assert.IsEmpty(page.Unfinished);
    }

    [TestMethod]
    public async Task A_delete_of_another_version_leaves_the_image()
    {
        await using var place = SftpPlace.New();
        await place.PutAsync(place.Options(), new ImageId("a"), [1]);
        await using var driver = new SftpDriver(place.Options());
        var location = driver.LocationOf(new ImageId("a"));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () => await driver.DeleteAsync(location, new DeleteIntent("1-0"), default));
        Assert.AreEqual(StoreError.Changed, error.Error);
        var found = await driver.FindAsync(location, default);
        Assert.IsTrue(await driver.DeleteAsync(location, new DeleteIntent(found!.VersionTag), default));
    }
}
