namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>Whether the server checks the checksum is known before an image is touched.</summary>
[TestClass]
public sealed class S3CheckedFirstTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(WriteMode.Replace)]
    [DataRow(WriteMode.CreateNew)]
    public async Task A_put_that_is_refused_because_nobody_checks_it_neither_replaces_an_image_nor_leaves_one(WriteMode mode)
    {
        await using var deaf = new ScriptedS3 { ChecksChecksums = false };
        if (mode == WriteMode.Replace)
        {
            deaf.Store("a", [1, 2, 3]);
        }

        var before = deaf.Everything.ToArray();
        await using var store = new ImageStore("s", new S3Driver(deaf.Options));
        foreach (var length in (int[])[0, 5])
        {
            var error = await Assert.ThrowsExactlyAsync<StoreException>(
                () => store.PutAsync(new ImageId("a"), new MemoryStream(new byte[length]), new PutOptions { Mode = mode }, TestContext.CancellationToken));
            Assert.AreEqual(StoreError.Unsupported, error.Error);
            Assert.Contains("set Integrity to Sha256", error.Message);
        }

        CollectionAssert.AreEqual(before, deaf.Everything.ToArray());
        Assert.AreEqual(mode == WriteMode.Replace ? 3 : null, (await store.FindAsync(store.LocationOf(new ImageId("a")), TestContext.CancellationToken))?.Size);
        Assert.IsFalse(deaf.Requests.Any(request => request.Operation == "Put"));
    }

    [TestMethod]
    public async Task A_server_is_asked_once_and_the_first_part_of_a_large_image_answers_as_well()
    {
        await using var server = new ScriptedS3();
        await using var store = new ImageStore("s", new S3Driver(server.Options), new ImageStoreOptions { ChunkBytes = 64 << 10 });
        await store.PutAsync(new ImageId("large"), new MemoryStream(new byte[100_000]), null, TestContext.CancellationToken);
        for (var i = 0; i < 3; i++)
        {
            await store.PutAsync(ImageId.New(), new MemoryStream([1]), null, TestContext.CancellationToken);
        }

        Assert.AreEqual(1, server.Requests.Count(request => request.Operation == "Begin"));
    }

    [TestMethod]
    public async Task A_server_that_cannot_be_asked_beforehand_refuses_the_put_and_keeps_the_image()
    {
        await using var server = new ScriptedS3();
        server.Store("a", [1, 2, 3]);
        server.Script = request => request.Operation == "Begin" ? ScriptedAnswer.Error(501, "NotImplemented") : null;
        await using var store = new ImageStore("s", new S3Driver(server.Options));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(
            () => store.PutAsync(new ImageId("a"), new MemoryStream([1]), new PutOptions { Mode = WriteMode.Replace }, TestContext.CancellationToken));
        Assert.Contains("set Integrity to Sha256", error.Message);
        Assert.AreEqual(3, (await store.FindAsync(store.LocationOf(new ImageId("a")), TestContext.CancellationToken))!.Size);
    }

    [TestMethod]
    public async Task A_commit_that_a_checking_server_does_not_confirm_is_settled_by_reading_it()
    {
        await using var server = new ScriptedS3();
        await using var store = new ImageStore("s", new S3Driver(server.Options), new ImageStoreOptions { RetryDelay = TimeSpan.Zero });
        await store.PutAsync(new ImageId("first"), new MemoryStream([1]), null, TestContext.CancellationToken);
        server.Silent = true;
        var receipt = await store.PutAsync(new ImageId("a"), new MemoryStream([1, 2, 3]), null, TestContext.CancellationToken);
        Assert.AreEqual(3, receipt.Size);
        Assert.AreEqual(2, server.Requests.Count(request => request.Operation == "Put"));
    }
}
