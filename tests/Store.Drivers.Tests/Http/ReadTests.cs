using System.Text;

namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class ReadTests
{
    private static readonly byte[] Image = Drivers.Image(20_000);

    [TestMethod]
    public async Task An_image_is_read_as_it_is_and_not_in_another_encoding()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await using var reader = await driver.OpenReadAsync(driver.ParseLocation($"{server.Url}/a?b=c"), new ReadIntent(), default);
        Assert.AreEqual(Image.Length, reader.Object.Size);
        Assert.AreEqual(Reply.Tag, reader.Object.VersionTag);
        CollectionAssert.AreEqual(Image, await reader.ReadToEndAsync());
        Assert.AreEqual("/a?b=c", server.Requests.Single().Target);
        Assert.AreEqual("identity", server.Requests.Single()["Accept-Encoding"]);
        Assert.IsNull(server.Requests.Single()["Range"]);
    }

    [TestMethod]
    [DataRow(0, 1L)]
    [DataRow(17, 4000L)]
    [DataRow(19_999, 5L)]
    [DataRow(5, null)]
    public async Task A_range_is_read_with_a_range_request(int offset, long? length)
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        var bytes = await driver.ReadAllAsync(server.Url, new ByteRange(offset, length));
        CollectionAssert.AreEqual(Image.Skip(offset).Take((int)(length ?? Image.Length)).ToArray(), bytes);
    }

    [TestMethod]
    public async Task A_range_past_the_end_is_invalid()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(StoreError.InvalidRange, () => driver.ReadAllAsync(server.Url, new ByteRange(20_000)));
    }

    [TestMethod]
    public async Task A_server_without_ranges_gives_a_range_from_the_start_and_refuses_others_before_any_byte()
    {
        await using var server = new ScriptedServer(_ => Reply.Whole(Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        CollectionAssert.AreEqual(Image[..100], await driver.ReadAllAsync(server.Url, new ByteRange(0, 100)));
        var e = await Drivers.FailsAsync(StoreError.Unsupported, () => driver.ReadAllAsync(server.Url, new ByteRange(1, 100)));
        StringAssert.Contains(e.Message, "reads no ranges");
        Assert.IsFalse(e.IsTransient);
    }

    [TestMethod]
    public async Task A_body_shorter_than_announced_is_a_passing_error_after_the_bytes_that_came()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image).CutAfter(1234));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await using var reader = await driver.OpenReadAsync(driver.ParseLocation(server.Url), new ReadIntent(), default);
        var e = await Drivers.FailsAsync(StoreError.Unavailable, () => reader.ReadToEndAsync());
        Assert.IsTrue(e.IsTransient);
    }

    [TestMethod]
    public async Task A_connection_reset_in_the_body_is_a_passing_error()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image).CutAfter(10) with { Then = Then.Reset });
        await using var driver = new HttpDriver(Drivers.Loopback);
        var e = await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync(server.Url));
        Assert.IsTrue(e.IsTransient);
    }

    [TestMethod]
    public async Task Bytes_behind_the_announced_length_reach_nobody_and_no_later_answer()
    {
        await using var server = new ScriptedServer(_ => Reply.Of(200, [.. Image, .. Image], $"Content-Length: {Image.Length}"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        for (var i = 1; i <= 3; i++)
        {
            CollectionAssert.AreEqual(Image, await driver.ReadAllAsync(server.Url));
            Assert.AreEqual(i, server.Connections);
        }
    }

    [TestMethod]
    public async Task A_body_without_length_is_read_where_a_one_byte_range_tells_the_size()
    {
        await using var server = new ScriptedServer(request => request["Range"] is null ? Chunked(Image) : Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync(server.Url));
    }

    [TestMethod]
    [DataRow(-1, StoreError.Unavailable)]
    [DataRow(1, StoreError.Corrupted)]
    public async Task A_body_without_length_that_is_not_of_the_size_told_elsewhere_is_an_error(int more, StoreError error)
    {
        await using var server = new ScriptedServer(
            request => request["Range"] is null ? Chunked(Drivers.Image(Image.Length + more)) : Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(error, () => driver.ReadAllAsync(server.Url));
    }

    [TestMethod]
    public async Task An_image_of_unknown_size_is_refused_before_any_byte()
    {
        await using var server = new ScriptedServer(_ => Chunked(Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        var e = await Drivers.FailsAsync(StoreError.Unsupported, () => driver.ReadAllAsync(server.Url));
        StringAssert.Contains(e.Message, "does not say how large");
    }

    [TestMethod]
    public async Task An_encoded_image_is_refused()
    {
        await using var server = new ScriptedServer(_ => Reply.Whole(Image, "Content-Encoding: gzip"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(StoreError.Unsupported, () => driver.ReadAllAsync(server.Url));
        await Drivers.FailsAsync(StoreError.Unsupported, () => driver.FindAsync(server.Url).AsTask());
    }

    [TestMethod]
    [DataRow("bytes 1-10/20000", StoreError.Unavailable, DisplayName = "another start")]
    [DataRow("bytes 0-30/20000", StoreError.Corrupted, DisplayName = "more than asked for")]
    [DataRow("bytes 0-8/20000", StoreError.Corrupted, DisplayName = "another length than the body's")]
    [DataRow("bytes 0-9/*", StoreError.Unsupported, DisplayName = "no size")]
    [DataRow("bytes 0-9/5", StoreError.Unavailable, DisplayName = "a size that the range exceeds")]
    [DataRow("bytes 9-0/20000", StoreError.Unavailable, DisplayName = "backwards")]
    [DataRow("lines 0-9/20000", StoreError.Unavailable, DisplayName = "another unit")]
    public async Task A_range_answer_that_does_not_add_up_is_an_error(string contentRange, StoreError error)
    {
        await using var server = new ScriptedServer(_ => Reply.Of(206, Image[..10], "Content-Length: 10", $"Content-Range: {contentRange}"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(error, () => driver.ReadAllAsync(server.Url, new ByteRange(0, 10)));
    }

    [TestMethod]
    public async Task A_206_without_a_content_range_is_not_the_whole_image()
    {
        await using var server = new ScriptedServer(_ => Reply.Of(206, Image[..10], "Content-Length: 10"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync(server.Url, new ByteRange(0, 10)));
        await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync(server.Url));
        await Drivers.FailsAsync(StoreError.Unavailable, () => driver.FindAsync(server.Url).AsTask());
    }

    [TestMethod]
    public async Task A_206_with_all_bytes_is_the_image_though_no_range_was_asked_for()
    {
        await using var server = new ScriptedServer(_ => Reply.Of(206, Image, $"Content-Length: {Image.Length}", $"Content-Range: bytes 0-19999/{Image.Length}"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync(server.Url));
    }

    [TestMethod]
    public async Task A_range_unit_is_read_in_any_case()
    {
        await using var server = new ScriptedServer(_ => Reply.Of(206, Image[..10], "Content-Length: 10", "Content-Range: Bytes 0-9/20000"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        CollectionAssert.AreEqual(Image[..10], await driver.ReadAllAsync(server.Url, new ByteRange(0, 10)));
    }

    [TestMethod]
    public async Task A_content_length_beside_a_transfer_encoding_does_not_cut_the_image()
    {
        await using var server = new ScriptedServer(request => request["Range"] is null ? Chunked(Image, "Content-Length: 5") : Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        Assert.AreEqual(Image.Length, (await driver.FindAsync(server.Url))!.Size);
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync(server.Url));
    }

    [TestMethod]
    public async Task A_transfer_coding_that_nobody_asked_for_is_refused()
    {
        await using var server = new ScriptedServer(_ => Chunked(Image, "Transfer-Encoding: gzip"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(StoreError.Unsupported, () => driver.ReadAllAsync(server.Url));
    }

    [TestMethod]
    public async Task A_range_answer_to_a_request_without_range_is_an_error()
    {
        await using var server = new ScriptedServer(_ => Reply.Of(206, Image[..10], "Content-Length: 10", "Content-Range: bytes 0-9/20000"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync(server.Url));
    }

    [TestMethod]
    public async Task A_range_cut_short_by_the_server_is_a_passing_error_after_what_it_gave()
    {
        await using var server = new ScriptedServer(_ => Reply.Of(206, Image[..10], "Content-Length: 10", "Content-Range: bytes 0-9/20000"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        var e = await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync(server.Url, new ByteRange(0, 100)));
        Assert.IsTrue(e.IsTransient);
    }

    [TestMethod]
    public async Task An_image_over_the_size_cap_is_refused_before_any_byte()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback with { MaxImageBytes = Image.Length - 1 });
        await Drivers.FailsAsync(StoreError.TooLarge, () => driver.ReadAllAsync(server.Url));
        await Drivers.FailsAsync(StoreError.TooLarge, () => driver.FindAsync(server.Url).AsTask());
        await using var wider = new HttpDriver(Drivers.Loopback with { MaxImageBytes = Image.Length });
        CollectionAssert.AreEqual(Image, await wider.ReadAllAsync(server.Url));
    }

    [TestMethod]
    public async Task An_empty_image_is_read()
    {
        await using var server = new ScriptedServer(_ => Reply.Status(200));
        await using var driver = new HttpDriver(Drivers.Loopback);
        Assert.IsEmpty(await driver.ReadAllAsync(server.Url));
    }

    private static Reply Chunked(byte[] image, params string[] headers) =>
        Reply.Of(200, [.. Encoding.ASCII.GetBytes($"{image.Length:x}\r\n"), .. image, .. "\r\n0\r\n\r\n"u8],
            [.. headers, "Transfer-Encoding: chunked", $"ETag: {Reply.Tag}"]);
}
