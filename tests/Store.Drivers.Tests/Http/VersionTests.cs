namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class VersionTests
{
    private const string Modified = "Sun, 01 Nov 2026 10:00:00 GMT";
    private const string Later = "Sun, 01 Nov 2026 10:00:01 GMT";

    private static readonly byte[] Image = Drivers.Image(1000);

    [TestMethod]
    [DataRow("If-Match", 412)]
    [DataRow("If-Match", 400)]
    [DataRow("If-Match", 501)]
    [DataRow("If-Range", 200)]
    [DataRow("If-Unmodified-Since", 412)]
    public async Task A_server_that_mistakes_conditions_is_asked_without_them(string header, int status)
    {
        await using var server = new ScriptedServer(request => request[header] is null ? Reply.Good(request, Image)
            : status == 200 ? Reply.Whole(Image, $"ETag: {Reply.Tag}") : Reply.Status(status));
        await using var driver = new HttpDriver(Drivers.Loopback);
        CollectionAssert.AreEqual(Image[10..], await driver.ReadAllAsync(server.Url, new ByteRange(10), Reply.Tag));
    }

    [TestMethod]
    public async Task A_replaced_image_is_noticed_by_what_its_answer_says()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image, "\"v2\""));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(StoreError.Changed, () => driver.ReadAllAsync(server.Url, new ByteRange(10), Reply.Tag));
        await Drivers.FailsAsync(StoreError.Changed, () => driver.ReadAllAsync(server.Url, versionTag: Reply.Tag));
    }

    [TestMethod]
    [DataRow("\"v1\"", null)]
    [DataRow("\"v2\"", StoreError.Changed)]
    public async Task A_part_that_leaves_out_the_size_is_of_the_size_that_its_version_had(string tag, StoreError? error)
    {
        await using var server = new ScriptedServer(
            _ => Reply.Of(206, Image[10..20], "Content-Length: 10", "Content-Range: bytes 10-19/*", $"ETag: {tag}"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        var intent = new ReadIntent(new ByteRange(10, 10), Reply.Tag) { Size = Image.Length };
        if (error is { } expected)
        {
            await Drivers.FailsAsync(expected, async () => await driver.OpenReadAsync(driver.ParseLocation(server.Url), intent, default));
            return;
        }

        await using var reader = await driver.OpenReadAsync(driver.ParseLocation(server.Url), intent, default);
        Assert.AreEqual(Image.Length, reader.Object.Size);
        CollectionAssert.AreEqual(Image[10..20], await reader.ReadToEndAsync());
    }

    [TestMethod]
    [DataRow("X-Nothing: 1")]
    [DataRow("Last-Modified: Sun, 01 Nov 2026 10:00:00 GMT")]
    [DataRow("ETag: W/\"v1\"")]
    public async Task A_part_without_a_tag_is_taken_for_the_pinned_version_only_where_it_is_verified(string header)
    {
        var asked = 0;
        await using var server = new ScriptedServer(request => request["Range"] is null || request.RangeOf(Image.Length) is not { } range
            ? Reply.Good(request, Image).CutAfter(++asked * 10)
            : Reply.Of(206, Image[range.First..], $"Content-Length: {Image.Length - range.First}", $"Content-Range: bytes {range.First}-999/1000", header));
        await using var store = new ImageStore("web", new HttpDriver(Drivers.Loopback), new ImageStoreOptions { RetryDelay = TimeSpan.Zero });
        var location = new ImageLocation(server.Url + "/", null);
        await Drivers.FailsAsync(StoreError.Changed, () => ReadAsync(store, location, new ReadOptions()));
        var manifest = new ChunkManifest([new ChunkEntry(Image.Length, System.IO.Hashing.XxHash3.HashToUInt64(Image))]);
        CollectionAssert.AreEqual(Image, await ReadAsync(store, location, new ReadOptions { Manifest = manifest }));
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

    private static async Task<byte[]> ReadAsync(ImageStore store, ImageLocation location, ReadOptions options)
    {
        await using var stream = await store.OpenReadAsync(location, options);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
