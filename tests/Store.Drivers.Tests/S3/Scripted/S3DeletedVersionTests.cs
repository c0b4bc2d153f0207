namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>A deletion that names a version deletes no other: by a condition of the request where the server compares, by looking right before where not.</summary>
[TestClass]
public sealed class S3DeletedVersionTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task An_image_that_replaces_the_one_meant_between_the_look_and_the_deletion_stays()
    {
        await using var server = new ScriptedS3();
        server.Store("a", [1]);
        server.Script = request =>
        {
            if (request.Operation == "Delete")
            {
                server.Store("a", [2, 3]);
            }

            return null;
        };
        await using var driver = new S3Driver(server.Options);
        await AssertChangedAsync(driver, await TagAsync(driver));
        Assert.AreEqual(2, (await driver.FindAsync(driver.LocationOf(new ImageId("a")), TestContext.CancellationToken))!.Size);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Another_version_than_the_one_meant_is_not_deleted_and_the_right_one_is(bool honours)
    {
        await using var server = new ScriptedS3 { HonoursDeleteConditions = honours };
        server.Store("a", [1]);
        await using var driver = new S3Driver(server.Options);
        var tag = await TagAsync(driver);
        server.Store("a", [2]);
        await AssertChangedAsync(driver, tag);
        Assert.IsTrue(await DeleteAsync(driver, await TagAsync(driver)));
        Assert.IsFalse(await DeleteAsync(driver, tag));
        Assert.IsEmpty(server.Everything);
    }

    [TestMethod]
    [DataRow(501, "NotImplemented")]
    [DataRow(400, "InvalidArgument")]
    [DataRow(412, "PreconditionFailed")]
    public async Task A_server_that_takes_no_condition_with_a_deletion_is_looked_at_right_before(int status, string code)
    {
        await using var server = new ScriptedS3();
        server.Store("a", [1]);
        server.Script = request => request.Operation == "Delete" && request.Header("If-Match") is not null ? ScriptedAnswer.Error(status, code) : null;
        await using var driver = new S3Driver(server.Options);
        Assert.IsTrue(await DeleteAsync(driver, await TagAsync(driver)));
        Assert.IsEmpty(server.Everything);
    }

    [TestMethod]
    [DataRow("ceph", 3)]
    [DataRow("ceph", 200_000)]
    [DataRow("swift", 3)]
    [DataRow("swift", 200_000)]
    public async Task On_a_real_server_the_version_that_is_meant_is_deleted_and_no_other(string name, int length)
    {
        var server = name == "ceph" ? S3Server.Ceph : S3Server.Swift;
        if (server.SkipReason is { } reason)
        {
            GlanceStore.Conformance.SkippedServers.Skip(server.Name, reason);
        }

        var place = await server.NewPlaceAsync();
        var driver = new S3Driver(place);
        await using var store = new ImageStore("s", driver, new ImageStoreOptions { ChunkBytes = 64 << 10 });
        var replace = new PutOptions { Mode = WriteMode.Replace };
        await store.PutAsync(new ImageId("a"), new MemoryStream(new byte[length]), replace, TestContext.CancellationToken);
        var old = await TagAsync(driver);
        await store.PutAsync(new ImageId("a"), new MemoryStream([.. Enumerable.Repeat((byte)7, length)]), replace, TestContext.CancellationToken);
        await AssertChangedAsync(driver, old);
        Assert.IsTrue(await DeleteAsync(driver, await TagAsync(driver)));
        Assert.IsEmpty(await server.ListEverythingAsync(place.Prefix));
    }

    private async Task<string> TagAsync(S3Driver driver) =>
        (await driver.FindAsync(driver.LocationOf(new ImageId("a")), TestContext.CancellationToken))!.VersionTag!;

    private Task<bool> DeleteAsync(S3Driver driver, string tag) =>
        driver.DeleteAsync(driver.LocationOf(new ImageId("a")), new DeleteIntent(tag), TestContext.CancellationToken).AsTask();

    private async Task AssertChangedAsync(S3Driver driver, string tag) =>
        Assert.AreEqual(StoreError.Changed, (await Assert.ThrowsExactlyAsync<StoreException>(() => DeleteAsync(driver, tag))).Error);
}
