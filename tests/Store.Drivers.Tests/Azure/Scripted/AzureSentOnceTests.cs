namespace GlanceStore.Drivers.Azure.Scripted;

/// <summary>Nothing below the front repeats a request, counted on sockets that end without an answer.</summary>
[TestClass]
public sealed class AzureSentOnceTests
{
    private const string Blob = "/account/images/a";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("PUT", "", false)]
    [DataRow("PUT", "", true)]
    [DataRow("PUT", "?comp=block&", false)]
    [DataRow("PUT", "?comp=block&", true)]
    [DataRow("PUT", "?comp=blocklist", false)]
    [DataRow("PUT", "?comp=blocklist", true)]
    [DataRow("GET", "", false)]
    [DataRow("GET", "", true)]
    [DataRow("HEAD", "", false)]
    [DataRow("HEAD", "", true)]
    [DataRow("DELETE", "", false)]
    [DataRow("DELETE", "", true)]
    public async Task A_request_whose_connection_ends_without_an_answer_is_sent_once(string method, string query, bool resets)
    {
        using var server = new DyingServer(line => Dies(line, method, query) ? null : Right(line), resets);
        await using var driver = new AzureDriver(OptionsOf(server));

        // On a connection that has served a request before, as well as on a new one.
        Assert.IsNull(await driver.FindAsync(driver.LocationOf(new ImageId("before")), TestContext.CancellationToken));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => RunAsync(driver, method, query));
        Assert.IsTrue(error.IsTransient, error.Message);
        Assert.AreEqual(1, server.Requests.Count(line => Dies(line, method, query)), string.Join('\n', server.Requests));
    }

    [TestMethod]
    public async Task A_listing_whose_connection_ends_without_an_answer_is_asked_for_once()
    {
        using var server = new DyingServer(line => line.Contains("comp=list", StringComparison.Ordinal) ? null : Right(line));
        await using var driver = new AzureDriver(OptionsOf(server));
        Assert.IsNull(await driver.FindAsync(driver.LocationOf(new ImageId("before")), TestContext.CancellationToken));
        await Assert.ThrowsExactlyAsync<StoreException>(() => driver.ListAsync(new ListingRequest(), TestContext.CancellationToken).AsTask());
        Assert.AreEqual(1, server.Requests.Count(line => line.Contains("comp=list", StringComparison.Ordinal)), string.Join('\n', server.Requests));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public async Task A_block_whose_answers_are_all_lost_is_sent_as_often_as_the_front_says(int attempts)
    {
        using var server = new DyingServer(line => Dies(line, "PUT", "?comp=block&") ? null : Right(line));
        await using var store = new ImageStore("s", new AzureDriver(OptionsOf(server)),
            new ImageStoreOptions { ChunkBytes = 64 << 10, RetryDelay = TimeSpan.Zero, MaxAttempts = attempts });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(
            () => store.PutAsync(new ImageId("a"), new MemoryStream(new byte[65 << 10]), null, TestContext.CancellationToken));
        Assert.AreEqual(attempts, error.Attempts);
        var blocks = server.Requests.Where(line => Dies(line, "PUT", "?comp=block&")).GroupBy(line => line).ToArray();
        Assert.IsNotEmpty(blocks);
        Assert.IsTrue(blocks.All(block => block.Count() <= attempts), string.Join('\n', server.Requests));
        Assert.IsTrue(blocks.Any(block => block.Count() == attempts), string.Join('\n', server.Requests));
    }

    private static AzureDriverOptions OptionsOf(DyingServer server) =>
        new() { Endpoint = server.Endpoint + "/account", AccountName = "account", Container = "images", AccountKey = "c2VjcmV0" };

    private static bool Dies(string line, string method, string query) =>
        query.EndsWith('&') ? line.StartsWith($"{method} {Blob}{query}", StringComparison.Ordinal) : line == $"{method} {Blob}{query}";

    private static string Right(string line) => line.StartsWith("HEAD", StringComparison.Ordinal)
        ? DyingServer.Empty(404, "x-ms-error-code: BlobNotFound")
        : DyingServer.Empty(201, "ETag: \"0x1\"", "Last-Modified: Sun, 29 Nov 2026 10:00:00 GMT", "x-ms-content-crc64: AAAAAAAAAAA=");

    private async Task RunAsync(AzureDriver driver, string method, string query)
    {
        var (id, token) = (new ImageId("a"), TestContext.CancellationToken);
        var location = driver.LocationOf(id);
        var intent = new WriteIntent(WriteMode.CreateNew, 3);
        var summary = new WriteSummary(3, new ChunkManifest([new ChunkEntry(3, 0)]), []);

        // Of zeros the CRC that goes with them is 0, too.
        var chunk = new Chunk(0, 0, new byte[] { 0, 0, 0 }, 0, true) { Digest = new byte[8] };
        switch (method, query)
        {
            case ("GET", _):
                await driver.OpenReadAsync(location, new ReadIntent(), token);
                return;
            case ("HEAD", _):
                await driver.FindAsync(location, token);
                return;
            case ("DELETE", _):
                await driver.DeleteAsync(location, new DeleteIntent(), token);
                return;
            case (_, ""):
                await driver.WriteWholeAsync(id, intent, chunk, summary, token);
                return;
        }

        await using var writer = await driver.OpenWriteAsync(id, intent, token);
        await writer.WriteChunkAsync(chunk, token);
        await writer.CommitAsync(summary, token);
    }
}
