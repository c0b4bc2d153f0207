using GlanceStore.Conformance;
using GlanceStore.Drivers.S3.Scripted;

namespace GlanceStore.Drivers.S3;

/// <summary>Copies that the server makes within itself.</summary>
[TestClass]
public sealed class S3CopyTests
{
    private const int SmallLimit = 300_000;
    private static readonly ImageStoreOptions Options = new() { ChunkBytes = 128 << 10, RetryDelay = TimeSpan.Zero, MaxAttempts = 3 };
    private static readonly ImageId Id = new("image");
    private static readonly byte[] Image = Bytes(1_000_003);

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("ceph", false)]
    [DataRow("ceph", true)]
    [DataRow("swift", false)]
    [DataRow("swift", true)]
    public async Task A_server_copies_an_image_and_the_copy_outlives_it(string name, bool byParts)
    {
        var server = name == "ceph" ? S3Server.Ceph : S3Server.Swift;
        if (server.SkipReason is { } reason)
        {
            SkippedServers.Skip(name, reason);
        }

        var (from, to) = (await server.NewPlaceAsync(), await server.NewPlaceAsync());
        await using var stores = Stores(from, to, byParts);
        foreach (var size in new[] { Image.Length, 1000, 0 })
        {
            var id = new ImageId($"i{size}");
            var receipt = await stores["from"].PutAsync(id, new MemoryStream(Image[..size]), null, TestContext.CancellationToken);
            var copy = await stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), TestContext.CancellationToken);
            Assert.AreEqual((CopyRoute.OnBackend, receipt.MultiHash), (copy.Route, copy.Receipt.MultiHash));
            Assert.AreNotEqual(ReadVerification.None, copy.Verdict.Verification);
            var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), TestContext.CancellationToken));
            Assert.AreEqual(StoreError.AlreadyExists, error.Error);
            await stores["to"].PutAsync(id, new MemoryStream([1, 2, 3]), new PutOptions { Mode = WriteMode.Replace }, TestContext.CancellationToken);
            await stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt) with { Mode = WriteMode.Replace }, TestContext.CancellationToken);
            Assert.IsTrue(await stores["from"].DeleteAsync(receipt.Location, cancellationToken: TestContext.CancellationToken));
            CollectionAssert.AreEqual(Image[..size], await ReadAsync(stores["to"], copy.Receipt));
            Assert.IsTrue(await stores["to"].DeleteAsync(copy.Receipt.Location, cancellationToken: TestContext.CancellationToken));
        }

        Assert.IsEmpty(await server.ListEverythingAsync(from.Prefix));
        Assert.IsEmpty(await server.ListEverythingAsync(to.Prefix));
    }

    [TestMethod]
    [DataRow("ceph", false)]
    [DataRow("ceph", true)]
    [DataRow("swift", false)]
    [DataRow("swift", true)]
    public async Task An_image_of_another_version_is_not_copied_and_nothing_is_left(string name, bool byParts)
    {
        var server = name == "ceph" ? S3Server.Ceph : S3Server.Swift;
        if (server.SkipReason is { } reason)
        {
            SkippedServers.Skip(name, reason);
        }

        var place = await server.NewPlaceAsync();
        await using var driver = new S3Driver(place) { MaxCopyBytes = byParts ? SmallLimit : 5L << 30 };
        await using var store = new ImageStore("s", driver, Options);
        var receipt = await store.PutAsync(Id, new MemoryStream(Image), null, TestContext.CancellationToken);
        var found = await store.FindAsync(receipt.Location, TestContext.CancellationToken);
        await store.PutAsync(Id, new MemoryStream(Bytes(Image.Length, seed: 30)), new PutOptions { Mode = WriteMode.Replace }, TestContext.CancellationToken);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () =>
            await driver.CopyAsync(driver, found!, new ImageId("copy"), WriteMode.CreateNew, TestContext.CancellationToken));
        Assert.AreEqual(StoreError.Changed, error.Error);
        Assert.HasCount(1, await server.ListEverythingAsync(place.Prefix));
        await server.RemoveEverythingAsync(place.Prefix);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task No_byte_passes_through_here(bool byParts)
    {
        await using var server = new ScriptedS3();
        await using var stores = Stores(server.Options, server.Options with { Prefix = "copies/" }, byParts);
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image), null, TestContext.CancellationToken);
        server.Requests.Clear();
        var copy = await stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), TestContext.CancellationToken);
        Assert.AreEqual(CopyRoute.OnBackend, copy.Route);
        Assert.AreEqual(0, server.Requests.Sum(request => request.Operation == "Complete" ? 0 : request.Body.Length));
        Assert.IsTrue(server.Requests.Where(request => request.Operation.StartsWith("Copy", StringComparison.Ordinal))
            .All(request => request.Header("x-amz-copy-source-if-match") is not null));
        CollectionAssert.AreEqual(
            byParts ? new[] { "CopyPart", "CopyPart", "CopyPart", "CopyPart" } : ["Copy"],
            server.Requests.Select(request => request.Operation).Where(operation => operation.StartsWith("Copy", StringComparison.Ordinal)).ToArray());
        CollectionAssert.AreEqual(Image, await ReadAsync(stores["to"], copy.Receipt));
    }

    [TestMethod]
    public async Task A_whole_copy_whose_etag_is_the_md5_is_verified_by_it_and_not_read()
    {
        await using var server = new ScriptedS3();
        await using var stores = Stores(server.Options, server.Options with { Prefix = "copies/" }, byParts: false);
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image), null, TestContext.CancellationToken);
        server.Requests.Clear();
        var copy = await stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), TestContext.CancellationToken);
        Assert.AreEqual(ReadVerification.Digest, copy.Verdict.Verification);
        Assert.IsTrue(server.Requests.All(request => request.Operation != "Get"));
    }

    [TestMethod]
    [DataRow("Begin")]
    [DataRow("CopyPart")]
    [DataRow("Complete")]
    public async Task A_copy_by_parts_that_fails_for_good_is_aborted(string operation)
    {
        await using var server = new ScriptedS3();
        await using var stores = Stores(server.Options, server.Options with { Prefix = "copies/" }, byParts: true);
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image), null, TestContext.CancellationToken);
        server.Script = request => request.Operation == operation ? ScriptedAnswer.Error(507, "InsufficientCapacity") : null;
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), TestContext.CancellationToken));
        Assert.AreEqual(StoreError.OutOfSpace, error.Error);
        CollectionAssert.AreEqual(new[] { "image" }, server.Everything.ToArray());
    }

    [TestMethod]
    [DataRow("Copy", false)]
    [DataRow("Begin", true)]
    [DataRow("CopyPart", true)]
    [DataRow("Complete", true)]
    public async Task A_passing_failure_is_survived_at_every_step(string operation, bool byParts)
    {
        await using var server = new ScriptedS3();
        await using var stores = Stores(server.Options, server.Options with { Prefix = "copies/" }, byParts);
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image), null, TestContext.CancellationToken);
        var failures = 0;
        server.Script = request => request.Operation == operation && Interlocked.Increment(ref failures) == 1 ? ScriptedAnswer.Error(503, "SlowDown") : null;
        var copy = await stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), TestContext.CancellationToken);
        Assert.IsGreaterThan(1, failures, "the step was made again");
        Assert.AreEqual(CopyRoute.OnBackend, copy.Route);
        CollectionAssert.AreEqual(Image, await ReadAsync(stores["to"], copy.Receipt));
        CollectionAssert.AreEqual(new[] { "copies/image", "image" }, server.Everything.ToArray());
    }

    [TestMethod]
    public async Task A_copy_that_is_answered_with_an_error_in_a_200_is_made_again()
    {
        await using var server = new ScriptedS3();
        await using var stores = Stores(server.Options, server.Options with { Prefix = "copies/" }, byParts: false);
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image), null, TestContext.CancellationToken);
        var failures = 0;
        server.Script = request => request.Operation == "Copy" && Interlocked.Increment(ref failures) == 1
            ? ScriptedAnswer.Xml(200, "<Error><Code>InternalError</Code><Message>Late.</Message></Error>") : null;
        var copy = await stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), TestContext.CancellationToken);
        Assert.AreEqual((2, CopyRoute.OnBackend), (failures, copy.Route));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_server_that_takes_the_right_version_for_another_is_asked_without_the_condition(bool byParts)
    {
        await using var server = new ScriptedS3();
        await using var stores = Stores(server.Options, server.Options with { Prefix = "copies/" }, byParts);
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image), null, TestContext.CancellationToken);
        server.Script = request => request.Header("x-amz-copy-source-if-match") is null ? null : ScriptedAnswer.Error(412, "PreconditionFailed");
        var copy = await stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), TestContext.CancellationToken);
        Assert.AreEqual(CopyRoute.OnBackend, copy.Route);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task An_image_that_vanishes_before_it_is_copied_is_not_found(bool byParts)
    {
        await using var server = new ScriptedS3();
        await using var driver = new S3Driver(server.Options) { MaxCopyBytes = byParts ? SmallLimit : 5L << 30 };
        await using var store = new ImageStore("s", driver, Options);
        var receipt = await store.PutAsync(Id, new MemoryStream(Image), null, TestContext.CancellationToken);
        var found = await store.FindAsync(receipt.Location, TestContext.CancellationToken);
        await store.DeleteAsync(receipt.Location, cancellationToken: TestContext.CancellationToken);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () =>
            await driver.CopyAsync(driver, found!, new ImageId("copy"), WriteMode.CreateNew, TestContext.CancellationToken));
        Assert.AreEqual(StoreError.NotFound, error.Error);
        Assert.IsEmpty(server.Everything);
    }

    [TestMethod]
    public async Task A_server_that_cannot_copy_is_read_from_and_written_to()
    {
        await using var server = new ScriptedS3();
        await using var stores = Stores(server.Options, server.Options with { Prefix = "copies/" }, byParts: false);
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image), null, TestContext.CancellationToken);
        server.Script = request => request.Operation == "Copy" ? ScriptedAnswer.Error(501, "NotImplemented") : null;
        var copy = await stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), TestContext.CancellationToken);
        Assert.AreEqual(CopyRoute.ThroughHere, copy.Route);
    }

    [TestMethod]
    public async Task Of_a_copy_and_a_creator_who_come_at_the_same_moment_the_condition_lets_one_win()
    {
        await using var server = new ScriptedS3();
        await using var driver = new S3Driver(server.Options);
        await using var store = new ImageStore("s", driver, Options);
        var receipt = await store.PutAsync(Id, new MemoryStream(Image), null, TestContext.CancellationToken);
        var found = await store.FindAsync(receipt.Location, TestContext.CancellationToken);
        server.Script = request => request.Operation == "Head" && request.Path.EndsWith("/copy", StringComparison.Ordinal)
            && server.Requests.All(earlier => earlier.Operation != "Copy") ? ScriptedAnswer.Error(404, "NoSuchKey") : null;
        await store.PutAsync(new ImageId("copy"), new MemoryStream([1]), null, TestContext.CancellationToken);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () =>
            await driver.CopyAsync(driver, found!, new ImageId("copy"), WriteMode.CreateNew, TestContext.CancellationToken));
        Assert.AreEqual(StoreError.AlreadyExists, error.Error);
    }

    [TestMethod]
    public async Task Only_a_store_at_the_same_server_asked_with_the_same_keys_is_copied_from()
    {
        var options = new S3DriverOptions { Endpoint = "https://s3.example.org", Bucket = "images", AccessKey = "a", SecretKey = "s" };
        await using var driver = new S3Driver(options);
        foreach (var (other, can) in new[]
        {
            (options with { Bucket = "cold", Prefix = "p/" }, true),
            (options with { Endpoint = "https://s3.example.com" }, false),
            (options with { Endpoint = "http://s3.example.org" }, false),
            (options with { AccessKey = "b" }, false),
            (options with { SecretKey = "t" }, false),
            (options with { Credentials = S3CredentialSource.Location }, false),
        })
        {
            await using var source = new S3Driver(other);
            Assert.AreEqual(can, driver.CanCopyFrom(source), other.ToString());
        }
    }

    private static ImageStores Stores(S3DriverOptions from, S3DriverOptions to, bool byParts) => new(
        [
            new ImageStore("from", new S3Driver(from), Options),
            new ImageStore("to", new S3Driver(to) { MaxCopyBytes = byParts ? SmallLimit : 5L << 30 }, Options),
        ], "from");

    private async Task<byte[]> ReadAsync(IImageStore store, ImageReceipt receipt)
    {
        await using var stream = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt), TestContext.CancellationToken);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, TestContext.CancellationToken);
        return all.ToArray();
    }

    private static byte[] Bytes(int length, int seed = 29)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
