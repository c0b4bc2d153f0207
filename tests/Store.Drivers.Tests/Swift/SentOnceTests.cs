using System.Security.Cryptography;

namespace GlanceStore.Drivers.Swift;

/// <summary>Nothing below the front repeats a request, counted on sockets that end without an answer.</summary>
[TestClass]
public sealed class SentOnceTests
{
    private const string Object = "/v1/AUTH_a/images/a";
    private const string Token = """{"token":{"catalog":[{"type":"object-store","endpoints":[{"interface":"public","url":"URL/v1/AUTH_a"}]}]}}""";

    // From this length on a body waits for the server's word, and a request whose body has not begun is what the runtime would repeat.
    private const int LongBody = 64 << 10;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("PUT", 3, false)]
    [DataRow("PUT", 3, true)]
    [DataRow("PUT", LongBody, false)]
    [DataRow("PUT", LongBody, true)]
    [DataRow("GET", 0, false)]
    [DataRow("GET", 0, true)]
    [DataRow("HEAD", 0, false)]
    [DataRow("HEAD", 0, true)]
    [DataRow("DELETE", 0, false)]
    [DataRow("DELETE", 0, true)]
    public async Task A_request_whose_connection_ends_without_an_answer_is_sent_once(string method, int length, bool resets)
    {
        using var server = NewServer(line => line == $"{method} {Object}", resets, isThere: method == "DELETE");
        await using var driver = new SwiftDriver(TempAuth(server));

        // On a connection that has served a request before, as well as on a new one.
        Assert.IsNull(await driver.FindAsync(driver.LocationOf(new ImageId("before")), TestContext.CancellationToken));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => RunAsync(driver, method, length));
        Assert.IsTrue(error.IsTransient, error.Message);
        Assert.AreEqual(1, server.Requests.Count(line => line == $"{method} {Object}"), string.Join('\n', server.Requests));
    }

    [TestMethod]
    [DataRow(3, false)]
    [DataRow(3, true)]
    [DataRow(LongBody, false)]
    [DataRow(LongBody, true)]
    public async Task A_segment_and_a_manifest_without_an_answer_are_sent_once(int length, bool resets)
    {
        foreach (var dies in (Predicate<string>[])[IsSegment, line => line.EndsWith("?multipart-manifest=put", StringComparison.Ordinal)])
        {
            using var server = NewServer(dies, resets);
            await using var driver = new SwiftDriver(TempAuth(server));
            Assert.IsNull(await driver.FindAsync(driver.LocationOf(new ImageId("before")), TestContext.CancellationToken));
            var error = await Assert.ThrowsExactlyAsync<StoreException>(async () =>
            {
                await using var writer = await driver.OpenWriteAsync(new ImageId("a"), new WriteIntent(WriteMode.CreateNew, length), TestContext.CancellationToken);
                await writer.WriteChunkAsync(ChunkOf(length), TestContext.CancellationToken);
                await writer.CommitAsync(new WriteSummary(length, new ChunkManifest([new ChunkEntry(length, 0)]), []), TestContext.CancellationToken);
            });
            Assert.IsTrue(error.IsTransient, error.Message);
            Assert.AreEqual(1, server.Requests.Count(line => dies(line)), string.Join('\n', server.Requests));
        }
    }

    [TestMethod]
    [DataRow("GET /auth/v1.0", false)]
    [DataRow("GET /auth/v1.0", true)]
    [DataRow("POST /v3/auth/tokens", false)]
    [DataRow("POST /v3/auth/tokens", true)]
    [DataRow("GET /", false)]
    [DataRow("GET /", true)]
    public async Task A_login_without_an_answer_is_asked_for_once(string request, bool resets)
    {
        using var server = NewServer(line => line == request, resets);
        await using var driver = new SwiftDriver(request switch
        {
            "GET /auth/v1.0" => TempAuth(server),
            "GET /" => Keystone(server) with { AuthAddress = server.Endpoint },
            _ => Keystone(server),
        });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => driver.FindAsync(driver.LocationOf(new ImageId("before")), TestContext.CancellationToken).AsTask());
        Assert.IsTrue(error.IsTransient, error.Message);
        Assert.AreEqual(1, server.Requests.Count(line => line == request), string.Join('\n', server.Requests));
        Assert.HasCount(1, server.Requests);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public async Task A_login_whose_answers_are_all_lost_is_asked_for_as_often_as_the_front_says(int attempts)
    {
        using var server = NewServer(line => line.EndsWith("/auth/tokens", StringComparison.Ordinal));
        await using var store = new ImageStore("s", new SwiftDriver(Keystone(server)), new ImageStoreOptions { RetryDelay = TimeSpan.Zero, MaxAttempts = attempts });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.FindAsync(store.LocationOf(new ImageId("a")), TestContext.CancellationToken));
        Assert.AreEqual(attempts, error.Attempts);
        Assert.HasCount(attempts, server.Requests);
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(100_000, 26)] // "HTTP/1.1 100 Continue", an empty line, and one byte
    public async Task A_small_image_whose_answer_is_lost_is_stored_and_not_somebody_elses(int length, int cutAfter)
    {
        var swift = SwiftServer.TempAuth.Required();
        var place = await swift.NewPlaceAsync();
        var lost = FaultyProxy.First(1, request => request.Method == "PUT" && request.Target.Contains(place.Container, StringComparison.Ordinal), new Fault { CutAnswerAfter = cutAfter });
        await using (var proxy = new FaultyProxy(place.AuthAddress, lost))
        await using (var store = new ImageStore("s", new SwiftDriver(place with { AuthAddress = proxy.Url + "/auth/v1.0" }), new ImageStoreOptions { RetryDelay = TimeSpan.Zero }))
        {
            var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(new byte[length]), null, TestContext.CancellationToken);
            Assert.AreEqual(length, receipt.Size);
            Assert.AreEqual(1, proxy.Requests.Count(request => request.Method == "PUT"));
        }

        await swift.RemoveAsync(place.Container);
    }

    private static bool IsSegment(string line) =>
        line.StartsWith("PUT", StringComparison.Ordinal) && line.Contains("-0", StringComparison.Ordinal) && !line.Contains('?', StringComparison.Ordinal);

    private static SwiftDriverOptions TempAuth(DyingServer server) =>
        new() { AuthAddress = server.Endpoint + "/auth/v1.0", AuthVersion = SwiftAuthVersion.TempAuth, User = "u:u", Key = "k", Container = "images" };

    private static SwiftDriverOptions Keystone(DyingServer server) => new() { AuthAddress = server.Endpoint + "/v3", User = "u:u", Key = "k", Container = "images" };

    private static Chunk ChunkOf(int length) => new(0, 0, new byte[length], 0, true) { Digest = MD5.HashData(new byte[length]) };

    private static DyingServer NewServer(Predicate<string> dies, bool resets = false, bool isThere = false)
    {
        var url = "";
        var server = new DyingServer(line => dies(line) ? null : isThere && line == $"HEAD {Object}" ? DyingServer.Empty(200, "ETag: x") : Right(line, url), resets);
        url = server.Endpoint;
        return server;
    }

    private static string Right(string line, string url) => line switch
    {
        "GET /auth/v1.0" => DyingServer.Empty(200, "X-Auth-Token: t", $"X-Storage-Url: {url}/v1/AUTH_a"),
        "POST /v3/auth/tokens" => DyingServer.Answer(201, Token.Replace("URL", url, StringComparison.Ordinal), "X-Subject-Token: t"),
        "HEAD /v1/AUTH_a/images" => DyingServer.Empty(204),
        _ when line.StartsWith("HEAD", StringComparison.Ordinal) || line.StartsWith("GET", StringComparison.Ordinal) => DyingServer.Empty(404),
        _ => DyingServer.Empty(201),
    };

    private async Task RunAsync(SwiftDriver driver, string method, int length)
    {
        var (id, token) = (new ImageId("a"), TestContext.CancellationToken);
        var location = driver.LocationOf(id);
        switch (method)
        {
            case "GET":
                await driver.OpenReadAsync(location, new ReadIntent(), token);
                return;
            case "HEAD":
                await driver.FindAsync(location, token);
                return;
            case "DELETE":
                await driver.DeleteAsync(location, new DeleteIntent(), token);
                return;
        }

        var summary = new WriteSummary(length, new ChunkManifest([new ChunkEntry(length, 0)]), []);
        await driver.WriteWholeAsync(id, new WriteIntent(WriteMode.CreateNew, length), ChunkOf(length), summary, token);
    }
}
