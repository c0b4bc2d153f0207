namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class FindTests
{
    private static readonly byte[] Image = Drivers.Image(1000);

    [TestMethod]
    public async Task An_image_is_found_without_reading_it()
    {
        await using var server = new ScriptedServer(_ => Reply.Whole(Image, $"ETag: {Reply.Tag}", "Last-Modified: Sun, 01 Nov 2026 10:00:00 GMT"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        var found = await driver.FindAsync(server.Url);
        Assert.AreEqual(new DateTimeOffset(2026, 11, 1, 10, 0, 0, TimeSpan.Zero), found!.LastModified);
        Assert.AreEqual((1000L, Reply.Tag), (found.Size, found.VersionTag));
        Assert.AreEqual("HEAD", server.Requests.Single().Method);
    }

    [TestMethod]
    [DataRow(400)]
    [DataRow(401)]
    [DataRow(403)]
    [DataRow(404)]
    [DataRow(405)]
    [DataRow(410)]
    [DataRow(500)]
    [DataRow(501)]
    public async Task A_refused_HEAD_is_made_up_for_by_a_range_of_one_byte(int status)
    {
        await using var server = new ScriptedServer(request => request.Method == "HEAD" ? Reply.Status(status) : Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        Assert.AreEqual(1000, (await driver.FindAsync(server.Url))!.Size);
        Assert.AreEqual("bytes=0-0", server.Requests[1]["Range"]);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_connection_closed_instead_of_an_answer_to_HEAD_is_made_up_for_by_a_range_of_one_byte(bool reset)
    {
        await using var server = new ScriptedServer(request => request.Method == "HEAD"
            ? new Reply("", [], reset ? Then.Reset : Then.Close)
            : Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        Assert.AreEqual(1000, (await driver.FindAsync(server.Url))!.Size);
    }

    [TestMethod]
    public async Task A_200_that_says_it_holds_a_part_is_not_taken_for_the_image()
    {
        await using var server = new ScriptedServer(request => request.Method == "HEAD" ? Reply.Status(403) : OkWithPart(request));
        await using var driver = new HttpDriver(Drivers.Loopback);
        Assert.AreEqual(1000, (await driver.FindAsync(server.Url))!.Size);
        CollectionAssert.AreEqual(Image[500..600], await driver.ReadAllAsync(server.Url, new ByteRange(500, 100)));
    }

    [TestMethod]
    public async Task A_200_with_the_one_byte_that_was_asked_for_is_not_taken_for_the_image()
    {
        await using var server = new ScriptedServer(request => request.Method == "HEAD" ? Reply.Status(403)
            : request.RangeOf(Image.Length) is { } range ? Reply.Whole(Image[range.First..(range.Last + 1)]) : Reply.Whole(Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        Assert.AreEqual(1000, (await driver.FindAsync(server.Url))!.Size);
        await Drivers.FailsAsync(StoreError.Unsupported, () => driver.ReadAllAsync(server.Url, new ByteRange(0, 100)));
    }

    [TestMethod]
    public async Task An_image_of_one_byte_is_found_where_HEAD_and_ranges_are_not_known()
    {
        await using var server = new ScriptedServer(request => request.Method == "HEAD" ? Reply.Status(501) : Reply.Whole([7]));
        await using var driver = new HttpDriver(Drivers.Loopback);
        Assert.AreEqual(1, (await driver.FindAsync(server.Url))!.Size);
        CollectionAssert.AreEqual(new byte[] { 7 }, await driver.ReadAllAsync(server.Url, new ByteRange(0, 1)));
    }

    [TestMethod]
    public async Task A_HEAD_that_forgets_the_length_is_made_up_for_by_a_range_of_one_byte()
    {
        await using var server = new ScriptedServer(request => request.Method == "HEAD" ? Reply.Status(200) : Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        Assert.AreEqual(1000, (await driver.FindAsync(server.Url))!.Size);
    }

    [TestMethod]
    public async Task An_empty_image_is_found()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, []));
        await using var driver = new HttpDriver(Drivers.Loopback);
        Assert.AreEqual(0, (await driver.FindAsync(server.Url))!.Size);
    }

    [TestMethod]
    [DataRow(404)]
    [DataRow(410)]
    public async Task Only_the_word_of_the_server_makes_an_image_absent(int status)
    {
        await using var server = new ScriptedServer(_ => Reply.Status(status));
        await using var driver = new HttpDriver(Drivers.Loopback);
        Assert.IsNull(await driver.FindAsync(server.Url));
        await Drivers.FailsAsync(StoreError.NotFound, () => driver.ReadAllAsync(server.Url));
    }

    [TestMethod]
    public async Task A_failing_server_is_an_error_and_not_an_absent_image()
    {
        await using var server = new ScriptedServer(_ => Reply.Status(503));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(StoreError.Unavailable, () => driver.FindAsync(server.Url).AsTask());
    }

    private static Reply OkWithPart(ScriptedRequest request)
    {
        var good = Reply.Good(request, Image);
        return good with { Head = good.Head.Replace("HTTP/1.1 206", "HTTP/1.1 200", StringComparison.Ordinal) };
    }
}
