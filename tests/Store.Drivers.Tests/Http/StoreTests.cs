using System.Security.Cryptography;

namespace GlanceStore.Drivers.Http.Tests;

/// <summary>The driver behind the front: what a caller sees.</summary>
[TestClass]
public sealed class StoreTests
{
    private static readonly byte[] Image = Drivers.Image(300_000);
    private static readonly ImageStoreOptions Options = new() { RetryDelay = TimeSpan.Zero };

    [TestMethod]
    public async Task A_body_that_breaks_off_again_and_again_is_read_to_its_end()
    {
        await using var server = new ScriptedServer(request =>
            Reply.Good(request, Image) is { Body.Length: > 70_000 } reply ? reply.CutAfter(70_000) : Reply.Good(request, Image));
        await using var store = new ImageStore("web", new HttpDriver(Drivers.Loopback), Options with { MaxAttempts = 10 });
        CollectionAssert.AreEqual(Image, await ReadAsync(store, server.Url, new ReadOptions { ExpectedDigests = [DigestOf(Image)] }));
        Assert.AreEqual("bytes=70000-299999", server.Requests[1]["Range"]);
    }

    [TestMethod]
    public async Task An_image_replaced_between_two_parts_is_not_spliced()
    {
        var asked = 0;
        await using var server = new ScriptedServer(request => Interlocked.Increment(ref asked) == 1
            ? Reply.Good(request, Image).CutAfter(1000)
            : Reply.Good(request, Drivers.Image(300_000, seed: 8), "\"v2\""));
        await using var store = new ImageStore("web", new HttpDriver(Drivers.Loopback), Options);
        await Drivers.FailsAsync(StoreError.Changed, () => ReadAsync(store, server.Url));
    }

    [TestMethod]
    public async Task Seeking_asks_for_a_range_and_is_refused_where_there_are_none()
    {
        await using var ranges = new ScriptedServer(request => Reply.Good(request, Drivers.Image(9_000_000)));
        await using var none = new ScriptedServer(_ => Reply.Whole(Drivers.Image(9_000_000)));
        await using var store = new ImageStore("web", new HttpDriver(Drivers.Loopback), Options);
        await using var good = await store.OpenReadAsync(store.ParseLocation(ranges.Url));
        good.Position = 8_999_990;
        Assert.AreEqual(10, await good.ReadAtLeastAsync(new byte[100], 100, throwOnEndOfStream: false));
        await using var bad = await store.OpenReadAsync(store.ParseLocation(none.Url));
        bad.Position = 8_999_990;
        await Drivers.FailsAsync(StoreError.Unsupported, () => bad.ReadAsync(new byte[100]).AsTask());
    }

    [TestMethod]
    public async Task A_server_that_is_busy_is_asked_again()
    {
        var asked = 0;
        await using var server = new ScriptedServer(request =>
            Interlocked.Increment(ref asked) < 3 ? Reply.Status(503, "Retry-After: 0") : Reply.Good(request, Image));
        await using var store = new ImageStore("web", new HttpDriver(Drivers.Loopback), Options);
        CollectionAssert.AreEqual(Image, await ReadAsync(store, server.Url));
        Assert.AreEqual(3, asked);
    }

    [TestMethod]
    public async Task Credentials_of_a_location_reach_the_server_through_the_front()
    {
        await using var server = new ScriptedServer(request => request["Authorization"] is null ? Reply.Status(401) : Reply.Good(request, Image));
        await using var store = new ImageStore("web", new HttpDriver(Drivers.Loopback), Options);
        CollectionAssert.AreEqual(Image, await ReadAsync(store, $"http://user:secret@127.0.0.1:{server.Port}/x"));
        await Drivers.FailsAsync(StoreError.NotAuthenticated, () => ReadAsync(store, server.Url));
    }

    [TestMethod]
    public async Task Nothing_is_stored_and_nothing_deleted()
    {
        await using var store = new ImageStore("web", new HttpDriver(new HttpDriverOptions { BaseUrl = "http://h/vm" }), Options);
        await Drivers.FailsAsync(StoreError.Unsupported, () => store.PutAsync(ImageId.New(), new MemoryStream([1])));
        await Drivers.FailsAsync(StoreError.Unsupported, () => store.DeleteAsync(store.ParseLocation("http://h/vm/x")));
        await using var baseless = new ImageStore("web", new HttpDriver(), Options);
        await Drivers.FailsAsync(StoreError.Unsupported, () => baseless.PutAsync(ImageId.New(), new MemoryStream([1])));
    }

    private static Digest DigestOf(byte[] image) => new("sha512", Convert.ToHexStringLower(SHA512.HashData(image)));

    private static async Task<byte[]> ReadAsync(ImageStore store, string uri, ReadOptions? options = null)
    {
        await using var stream = await store.OpenReadAsync(store.ParseLocation(uri), options);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }
}
