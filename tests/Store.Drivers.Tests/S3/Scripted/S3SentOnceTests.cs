namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>Nothing below the front repeats a request, counted on sockets that end without an answer.</summary>
[TestClass]
public sealed class S3SentOnceTests
{
    private const string Upload = "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>";

    private static readonly Chunk Bytes = new(0, 0, new byte[] { 1, 2, 3 }, 0, true)
    {
        Digest = System.Security.Cryptography.SHA256.HashData([1, 2, 3]),
    };

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("PUT /images/a", false)]
    [DataRow("PUT /images/a", true)]
    [DataRow("GET /images/a", false)]
    [DataRow("GET /images/a", true)]
    [DataRow("DELETE /images/a", false)]
    [DataRow("DELETE /images/a", true)]
    [DataRow("POST /images/a?uploads", false)]
    [DataRow("PUT /images/a?partNumber=1&uploadId=u1", false)]
    [DataRow("PUT /images/a?partNumber=1&uploadId=u1", true)]
    [DataRow("POST /images/a?uploadId=u1", false)]
    [DataRow("GET /images/?", false)]
    public async Task A_request_whose_connection_ends_without_an_answer_is_sent_once(string request, bool resets)
    {
        using var server = new DyingServer(line => Dies(line, request) ? null : Right(line), resets);
        await using var driver = new S3Driver(server.Options);

        // On a connection that has served a request before, as well as on a new one.
        await driver.FindAsync(driver.LocationOf(new ImageId("before")), TestContext.CancellationToken);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => RunAsync(driver, request));
        Assert.IsTrue(error.IsTransient, error.Message);
        Assert.AreEqual(1, server.Requests.Count(line => Dies(line, request)), string.Join('\n', server.Requests));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_role_is_asked_for_once_where_the_token_service_ends_without_an_answer(bool resets)
    {
        using var server = new DyingServer(_ => null, resets);
        await using var driver = new S3Driver(server.Options with { RoleArn = "arn:aws:iam::1:role/images", StsEndpoint = server.Endpoint });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(
            () => driver.OpenReadAsync(driver.LocationOf(new ImageId("a")), new ReadIntent(), TestContext.CancellationToken).AsTask());
        Assert.IsTrue(error.IsTransient, error.Message);
        Assert.HasCount(1, server.Requests);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_look_and_an_abort_without_an_answer_are_sent_once(bool resets)
    {
        using var server = new DyingServer(line => line.StartsWith("HEAD", StringComparison.Ordinal) || line.StartsWith("DELETE", StringComparison.Ordinal) ? null : Right(line), resets);
        await using var driver = new S3Driver(server.Options);
        Assert.AreEqual(3, (await driver.FindAsync(driver.LocationOf(new ImageId("a")), TestContext.CancellationToken))!.Size);
        await (await driver.OpenWriteAsync(new ImageId("a"), new WriteIntent(WriteMode.Replace, 3), TestContext.CancellationToken)).DisposeAsync();
        Assert.AreEqual(1, server.Requests.Count(line => line.StartsWith("HEAD", StringComparison.Ordinal)));
        Assert.AreEqual(1, server.Requests.Count(line => line.StartsWith("DELETE", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task A_part_whose_answers_are_all_lost_is_sent_as_often_as_the_front_says()
    {
        using var server = new DyingServer(line => line.Contains("partNumber=1&", StringComparison.Ordinal) ? null : Right(line));
        await using var store = new ImageStore("s", new S3Driver(server.Options), new ImageStoreOptions { ChunkBytes = 64 << 10, RetryDelay = TimeSpan.Zero, MaxAttempts = 3 });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(
            () => store.PutAsync(new ImageId("a"), new MemoryStream(new byte[100 << 10]), new PutOptions { Mode = WriteMode.Replace }, TestContext.CancellationToken));
        Assert.AreEqual(3, error.Attempts);
        Assert.AreEqual(3, server.Requests.Count(line => line.Contains("partNumber=1&", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("generic", 5)]
    [DataRow("generic", 1)]
    [DataRow("aws", 5)]
    [DataRow("aws", 1)]
    [DataRow("ceph", 1)]
    [DataRow("minio", 5)]
    [DataRow("swift", 5)]
    public async Task A_small_image_whose_answer_is_lost_is_stored_and_not_somebody_elses(string preset, int attempts)
    {
        await using var server = new ScriptedS3();
        var lost = 0;
        server.Loses = request => request.Operation == "Put" && Interlocked.Increment(ref lost) == 1;
        await using var store = new ImageStore("s", new S3Driver(server.Options with { Preset = S3Preset.Find(preset) }),
            new ImageStoreOptions { RetryDelay = TimeSpan.Zero, MaxAttempts = attempts });
        var receipt = await store.PutAsync(new ImageId("a"), new MemoryStream([1, 2, 3]), null, TestContext.CancellationToken);
        Assert.AreEqual(3, receipt.Size);
        Assert.AreEqual(1, server.Requests.Count(request => request.Operation == "Put"));
    }

    private static bool Dies(string line, string request) => request.EndsWith('?') ? line.StartsWith(request, StringComparison.Ordinal) : line == request;

    private static string Right(string line) => line switch
    {
        "HEAD /images" or "HEAD /images/" => DyingServer.Empty(200),
        "HEAD /images/before" => DyingServer.Empty(404),
        _ when line.StartsWith("HEAD", StringComparison.Ordinal) => "HTTP/1.1 200 X\r\nContent-Length: 3\r\nETag: \"x\"\r\n\r\n",
        _ when line.StartsWith("GET /images/a", StringComparison.Ordinal) => DyingServer.Answer(206, "a", "Content-Range: bytes 0-0/3", "ETag: \"x\""),
        _ when line.EndsWith("?uploads", StringComparison.Ordinal) => DyingServer.Answer(200, Upload),
        _ => DyingServer.Empty(200, "ETag: \"x\""),
    };

    private async Task RunAsync(S3Driver driver, string request)
    {
        var (id, token) = (new ImageId("a"), TestContext.CancellationToken);
        var location = driver.LocationOf(id);
        var intent = new WriteIntent(WriteMode.Replace, 3);
        var summary = new WriteSummary(3, new ChunkManifest([new ChunkEntry(3, 0)]), []);
        switch (request)
        {
            case "PUT /images/a":
                await driver.WriteWholeAsync(id, intent, Bytes, summary, token);
                return;
            case "GET /images/a":
                await driver.OpenReadAsync(location, new ReadIntent(), token);
                return;
            case "DELETE /images/a":
                await driver.DeleteAsync(location, new DeleteIntent(), token);
                return;
            case "GET /images/?":
                await driver.ListAsync(new ListingRequest(), token);
                return;
        }

        await using var writer = await driver.OpenWriteAsync(id, intent, token);
        await writer.WriteChunkAsync(Bytes, token);
        await writer.CommitAsync(summary, token);
    }
}
