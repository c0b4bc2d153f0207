namespace GlanceStore.Cli.Tests;

/// <summary>Stored images as network block devices, read by libnbd's programs.</summary>
[TestClass]
public sealed class ServeTests : ToolTests
{
    private string Socket => Tool.At("nbd");

    private string Address => $"unix:{Socket}";

    [TestMethod]
    [DataRow("file")]
    [DataRow("s3")]
    [DataRow("http")]
    public async Task Serve_gives_the_disk_of_an_image_that_a_store_holds(string kind)
    {
        await using var place = await ImagePlace.OpenAsync(Tool, kind);
        var disk = await DiskImages.MakeAsync(Tool, "disk.qcow2", 40, "-c", "-O", "qcow2");
        var location = await place.PublishAsync("disk.qcow2");
        var size = new FileInfo(Tool.At("disk.qcow2")).Length;
        foreach (var image in (string[])[Tool.At("disk.qcow2.json"), location])
        {
            place.Server?.TakeCount();
            await using var serve = await RunningServe.StartAsync(Tool, [image, "--nbd", Address, "--format", "raw", .. place.Config]);
            Assert.AreEqual($"nbd+unix:///?socket={Socket}", serve.Uri);
            Same(disk, await serve.CopyAsync("--connections=4"));
            Same(disk, await serve.CopyAsync("--connections=1", "--requests=3", "--request-size=65536"));
            if (place.Server is { } server)
            {
                Assert.IsLessThan(size + (2 << 20), server.TakeCount().Bytes, "what is in memory is not fetched again");
            }

            var outcome = await serve.EndAsync();
            Assert.AreEqual((0, ""), (outcome.ExitCode, outcome.Errors));
            Assert.IsFalse(File.Exists(Socket));
        }
    }

    [TestMethod]
    [DataRow("file")]
    [DataRow("s3")]
    public async Task Serve_gives_an_image_as_it_is_stored_where_no_format_is_named(string kind)
    {
        await using var place = await ImagePlace.OpenAsync(Tool, kind);
        var bytes = Tool.MakeFile("image", (200 << 20) + 12345); // more than is kept in memory
        await place.PublishAsync("image");
        await using var serve = await RunningServe.StartAsync(Tool, [Tool.At("image.json"), "--nbd", "127.0.0.1:0", "--name", "a disk", .. place.Config]);
        Assert.StartsWith("nbd://127.0.0.1:", serve.Uri);
        Assert.EndsWith("/a%20disk", serve.Uri);
        Same(bytes, await serve.CopyAsync());
        Same(bytes, await serve.CopyAsync("--connections=8"));
        Assert.AreEqual("", (await serve.EndAsync()).Errors);
    }

    [TestMethod]
    public async Task Many_small_reads_of_a_chunk_fetch_it_once()
    {
        await using var place = await ImagePlace.OpenAsync(Tool, "s3");
        Tool.MakeFile("image", 40 << 20);
        await place.PublishAsync("image");
        await using var serve = await RunningServe.StartAsync(Tool, [Tool.At("image.json"), "--nbd", Address, .. place.Config]);
        place.Server!.TakeCount();
        await serve.ScriptAsync("""
            for i in range(500):
                h.pread(4096, (20 << 20) + 4096 * (i * 37 % 200))
            """);
        Assert.IsLessThan(20L << 20, place.Server.TakeCount().Bytes);
    }

    [TestMethod]
    public async Task A_chunk_that_is_not_what_was_stored_is_an_error_and_the_others_are_served()
    {
        var bytes = await Tool.PutAsync("image", 40 << 20);
        await using var serve = await RunningServe.StartAsync(Tool, Tool.At("image.json"), "--nbd", Address);
        Corrupt("image", 30 << 20);
        await serve.ScriptAsync($$"""
            import errno
            want = open("{{Tool.At("image")}}", "rb").read()
            for i in range(3):
                try:
                    h.pread(4096, 30 << 20)
                    assert False
                except nbd.Error as e:
                    assert e.errnum == errno.EIO
            assert h.pread(4096, 1 << 20) == want[1 << 20:(1 << 20) + 4096]
            """);
        Assert.AreNotEqual(0, (await serve.RunAsync("nbdcopy", serve.Uri, Tool.At("copy"))).ExitCode);
        Corrupt("image", 30 << 20); // which mends it
        Same(bytes, await serve.CopyAsync());
        var outcome = await serve.EndAsync();
        Assert.AreEqual(0, outcome.ExitCode);
        Assert.Contains("could not be read at byte 31457280", outcome.Errors);
    }

    [TestMethod]
    public async Task An_image_without_a_receipt_that_is_replaced_while_it_is_served_is_an_error_and_never_a_mixture()
    {
        await Tool.PutAsync("image", 20 << 20);
        await using var serve = await RunningServe.StartAsync(Tool, Tool.LocationOf("image"), "--nbd", Address);
        Tool.MakeFile("other", 21 << 20);
        (await Tool.RunAsync("put", Tool.At("other"), "--id", "image", "--replace")).Succeeded();
        var outcome = await serve.RunAsync("nbdcopy", serve.Uri, Tool.At("copy"));
        Assert.AreNotEqual(0, outcome.ExitCode);
        Assert.Contains("replaced", (await serve.EndAsync()).Errors);
    }

    [TestMethod]
    public async Task An_image_that_leads_elsewhere_is_refused_before_anybody_can_connect()
    {
        await DiskImages.MakeAsync(Tool, "safe.qcow2", 4, "-O", "qcow2");
        await DiskImages.RunAsync(Tool, "create", "-q", "-f", "qcow2", "-b", Tool.At("disk.raw"), "-F", "raw", Tool.At("unsafe.qcow2"));
        (await Tool.RunAsync("put", Tool.At("unsafe.qcow2"), "--id", "unsafe", "--receipt", Tool.At("unsafe.json"))).Succeeded();
        foreach (var options in (string[][])[[], ["--format", "raw"]])
        {
            (await Tool.RunAsync(["serve", Tool.At("unsafe.json"), "--nbd", Address, .. options])).FailedWith(6, "backing_file");
            Assert.IsFalse(File.Exists(Socket));
        }
    }

    [TestMethod]
    public async Task A_receipt_of_another_image_is_an_error_before_anybody_can_connect()
    {
        await Tool.PutAsync("image", 3 << 20);
        Tool.MakeFile("other", 2 << 20);
        (await Tool.RunAsync("put", Tool.At("other"), "--id", "image", "--replace")).Succeeded();
        (await Tool.RunAsync("serve", Tool.At("image.json"), "--nbd", Address)).FailedWith(4, "its receipt tells 3145728");
    }

    [TestMethod]
    public async Task A_socket_in_use_ends_with_7_and_what_is_no_socket_with_2()
    {
        await Tool.PutAsync("image", 1 << 20);
        await using var serve = await RunningServe.StartAsync(Tool, Tool.At("image.json"), "--nbd", Address);
        (await Tool.RunAsync("serve", Tool.At("image.json"), "--nbd", Address)).FailedWith(7, "another server does");
        (await Tool.RunAsync("serve", Tool.At("image.json"), "--nbd", $"unix:{Tool.At("image.json")}")).FailedWith(2, "no socket");
        (await Tool.RunAsync("serve", Tool.LocationOf("absent"), "--nbd", Address)).FailedWith(3, "no image");
        Assert.HasCount(1 << 20, await serve.CopyAsync());
    }

    [TestMethod]
    [DataRow("unix:", "path of a socket")]
    [DataRow("nbd.sock", "neither")]
    [DataRow("127.0.0.1", "neither")]
    [DataRow("127.0.0.1:99999", "neither")]
    [DataRow("somewhere:10809", "neither")]
    [DataRow("0.0.0.0:10809", "loopback")]
    [DataRow("192.0.2.1:10809", "loopback")]
    public async Task An_address_that_is_none_or_that_others_reach_is_refused(string address, string words)
    {
        await Tool.PutAsync("image", 1000);
        (await Tool.RunAsync("serve", Tool.At("image.json"), "--nbd", address)).FailedWith(2, words);
    }

    [TestMethod]
    public async Task A_format_or_a_name_that_cannot_be_is_refused()
    {
        await Tool.PutAsync("image", 1000);
        (await Tool.RunAsync("serve", Tool.At("image.json"), "--nbd", Address, "--format", "qcow2")).FailedWith(2, "there is raw");
        (await Tool.RunAsync("serve", Tool.At("image.json"), "--nbd", Address, "--name", new string('n', 5000))).FailedWith(2, "4096 bytes");
    }
}
