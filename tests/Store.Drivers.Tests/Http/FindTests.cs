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
    [DataRow(403)]
    [DataRow(405)]
    [DataRow(501)]
    public async Task A_refused_HEAD_is_made_up_for_by_a_range_of_one_byte(int status)
    {
        await using var server = new ScriptedServer(request => request.Method == "HEAD" ? Reply.Status(status) : Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        Assert.AreEqual(1000, (await driver.FindAsync(server.Url))!.Size);
        Assert.AreEqual("bytes=0-0", server.Requests[1]["Range"]);
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
}
