namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class VersionTests
{
    private const string Modified = "Sun, 01 Nov 2026 10:00:00 GMT";
    private const string Later = "Sun, 01 Nov 2026 10:00:01 GMT";

    private static readonly byte[] Image = Drivers.Image(1000);

    [TestMethod]
    public async Task A_pinned_range_is_asked_for_with_both_conditions()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        CollectionAssert.AreEqual(Image[10..], await driver.ReadAllAsync(server.Url, new ByteRange(10), Reply.Tag));
        Assert.AreEqual(Reply.Tag, server.Requests[0]["If-Match"]);
        Assert.AreEqual(Reply.Tag, server.Requests[0]["If-Range"]);
    }

    [TestMethod]
    public async Task A_replaced_image_is_noticed_by_the_server_that_knows_conditions()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image, "\"v2\""));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(StoreError.Changed, () => driver.ReadAllAsync(server.Url, new ByteRange(10), Reply.Tag));
        await Drivers.FailsAsync(StoreError.Changed, () => driver.ReadAllAsync(server.Url, versionTag: Reply.Tag));
    }

    [TestMethod]
    [DataRow("If-Match", DisplayName = "a server that knows If-Range only")]
    [DataRow("If-Match,If-Range", DisplayName = "a server that knows neither condition")]
    public async Task A_replaced_image_is_noticed_without_the_help_of_the_server(string unknown)
    {
        await using var server = new ScriptedServer(request => Reply.Good(Without(request, unknown.Split(',')), Image, "\"v2\""));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(StoreError.Changed, () => driver.ReadAllAsync(server.Url, new ByteRange(10), Reply.Tag));
    }

    [TestMethod]
    public async Task A_part_without_a_tag_is_not_taken_for_the_pinned_version()
    {
        await using var server = new ScriptedServer(_ => Reply.Of(206, Image[10..], "Content-Length: 990", "Content-Range: bytes 10-999/1000"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(StoreError.Changed, () => driver.ReadAllAsync(server.Url, new ByteRange(10), Reply.Tag));
    }

    [TestMethod]
    [DataRow("ETag: W/\"weak\"")]
    [DataRow("X-Nothing: 1")]
    [DataRow("ETag: without-quotes")]
    public async Task Without_a_strong_tag_the_time_of_the_change_and_the_size_tell_versions_apart(string header)
    {
        var modified = Modified;
        await using var server = new ScriptedServer(_ => Reply.Whole(Image, header, $"Last-Modified: {modified}"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        var first = await driver.FindAsync(server.Url);
        Assert.IsNotNull(first?.VersionTag);
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync(server.Url, versionTag: first.VersionTag));
        Assert.AreEqual(Modified, server.Requests[^1]["If-Unmodified-Since"]);
        Assert.IsNull(server.Requests[^1]["If-Range"]);

        modified = Later;
        Assert.AreNotEqual(first.VersionTag, (await driver.FindAsync(server.Url))!.VersionTag);
        await Drivers.FailsAsync(StoreError.Changed, () => driver.ReadAllAsync(server.Url, versionTag: first.VersionTag));
    }

    [TestMethod]
    public async Task Where_a_server_tells_nothing_there_is_no_tag()
    {
        await using var server = new ScriptedServer(_ => Reply.Whole(Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        Assert.IsNull((await driver.FindAsync(server.Url))!.VersionTag);
    }

    private static ScriptedRequest Without(ScriptedRequest request, string[] headers) =>
        request with { Headers = request.Headers.Where(header => !headers.Contains(header.Key)).ToDictionary(StringComparer.OrdinalIgnoreCase) };
}
