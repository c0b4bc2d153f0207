namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>What a HEAD refuses, a GET of one byte decides.</summary>
[TestClass]
public sealed class S3LookingTests
{
    private readonly ScriptedS3 _server = new();

    public TestContext TestContext { get; set; } = null!;

    [TestCleanup]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestMethod]
    [DataRow(403)]
    [DataRow(401)]
    [DataRow(400)]
    [DataRow(405)]
    [DataRow(501)]
    public async Task An_image_whose_HEAD_is_refused_is_found_by_its_first_byte(int status)
    {
        RefuseHead(status);
        _server.Store("a", [1, 2, 3]);
        _server.Store("empty", []);
        await using var driver = new S3Driver(_server.Options);
        Assert.AreEqual(3, (await driver.FindAsync(driver.LocationOf(new ImageId("a")), TestContext.CancellationToken))!.Size);
        Assert.AreEqual(0, (await driver.FindAsync(driver.LocationOf(new ImageId("empty")), TestContext.CancellationToken))!.Size);
        Assert.IsNull(await driver.FindAsync(driver.LocationOf(new ImageId("b")), TestContext.CancellationToken));
    }

    [TestMethod]
    [DataRow(403, 3)]
    [DataRow(403, 300_000)]
    [DataRow(401, 3)]
    [DataRow(0, 3)]
    public async Task A_put_of_a_new_image_does_not_fail_because_there_is_none_yet(int status, int length)
    {
        RefuseHead(status);
        await using var store = new ImageStore("s", new S3Driver(_server.Options), new ImageStoreOptions { ChunkBytes = 64 << 10, MaxAttempts = 1 });
        Assert.AreEqual(length, (await store.PutAsync(new ImageId("a"), new MemoryStream(new byte[length]), null, TestContext.CancellationToken)).Size);
    }

    [TestMethod]
    public async Task A_refusal_that_the_GET_repeats_is_the_answer()
    {
        _server.Script = request => request.Operation is "Head" or "Get" ? ScriptedAnswer.Error(403, "AccessDenied") : null;
        await using var driver = new S3Driver(_server.Options);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => driver.FindAsync(driver.LocationOf(new ImageId("a")), TestContext.CancellationToken).AsTask());
        Assert.AreEqual(StoreError.AccessDenied, error.Error);
    }

    [TestMethod]
    public async Task A_completed_image_that_may_not_be_looked_at_is_stored_all_the_same()
    {
        var completed = false;
        _server.Script = request =>
        {
            completed |= request.Operation == "Complete";
            return request.Operation is "Head" or "Get" && completed ? ScriptedAnswer.Error(403, "AccessDenied") : null;
        };
        _server.HidesCompletedTags = true;
        await using var store = new ImageStore("s", new S3Driver(_server.Options), new ImageStoreOptions { ChunkBytes = 64 << 10, MaxAttempts = 1 });
        Assert.AreEqual(300_000, (await store.PutAsync(new ImageId("a"), new MemoryStream(new byte[300_000]), null, TestContext.CancellationToken)).Size);
    }

    private void RefuseHead(int status) => _server.Script = request => request.Operation != "Head" ? null
        : status == 0 ? ScriptedAnswer.Nothing : new ScriptedAnswer(status, []);
}
