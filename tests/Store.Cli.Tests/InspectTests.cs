using System.Text.Json;

namespace GlanceStore.Cli.Tests;

/// <summary>What an image is, told and required. The images are a few bytes each, by hand.</summary>
[TestClass]
public sealed class InspectTests : ToolTests
{
    private const int RefusedExitCode = 6;

    [TestMethod]
    public async Task Put_notes_what_the_image_is_in_its_receipt_where_it_is_told_to_look()
    {
        MakeQcow2("disk", backing: false);
        var receipt = (await Tool.RunAsync("put", Tool.At("disk"), "--inspect", "--json")).Succeeded();
        using var json = JsonDocument.Parse(receipt.Text);
        Assert.AreEqual("qcow2", json.RootElement.GetProperty("disk_format").GetString());
        Assert.AreEqual(1 << 20, json.RootElement.GetProperty("virtual_size").GetInt64());
        Assert.AreEqual(0, json.RootElement.GetProperty("findings").GetArrayLength());

        using var plain = JsonDocument.Parse((await Tool.RunAsync("put", Tool.At("disk"), "--json")).Succeeded().Text);
        Assert.IsFalse(plain.RootElement.TryGetProperty("disk_format", out _));
    }

    [TestMethod]
    public async Task What_is_refused_is_exit_code_6_one_sentence_and_stored_nowhere()
    {
        MakeQcow2("unsafe", backing: true);
        (await Tool.RunAsync("put", Tool.At("unsafe"), "--require-safe")).FailedWith(RefusedExitCode, "backing_file");
        Tool.MakeFile("raw", 20 << 20);
        (await Tool.RunAsync("put", Tool.At("raw"), "--require-format", "qcow2")).FailedWith(RefusedExitCode, "its format is raw and qcow2 is required");
        (await Tool.RunAsync("put", Tool.At("raw"), "--require-format", "qcow2,vmdk")).FailedWith(RefusedExitCode, "only qcow2, vmdk are accepted");
        Assert.IsEmpty(Tool.Stored);
        (await Tool.RunAsync("put", Tool.At("raw"), "--require-format", "raw", "--require-safe", "--id", "raw")).Succeeded();
        CollectionAssert.AreEqual(new[] { "raw" }, Tool.Stored);
    }

    [TestMethod]
    public async Task A_put_with_a_session_that_is_refused_leaves_neither_session_nor_upload()
    {
        Tool.MakeFile("raw", 20 << 20);
        (await Tool.RunAsync("put", Tool.At("raw"), "--require-format", "iso", "--session", Tool.At("session")))
            .FailedWith(RefusedExitCode, "iso is required");
        Assert.IsFalse(File.Exists(Tool.At("session")));
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    public async Task Inspect_tells_the_same_of_a_file_a_pipe_a_location_and_a_receipt()
    {
        var bytes = MakeQcow2("disk", backing: true);
        var location = (await Tool.RunAsync("put", Tool.At("disk"), "--receipt", Tool.At("receipt.json"))).Succeeded().Text;
        var file = (await Tool.RunAsync("inspect", Tool.At("disk"), "--json")).Succeeded().Text;
        using var json = JsonDocument.Parse(file);
        Assert.AreEqual(("qcow2", 1L << 20, (long)bytes.Length, false), (json.RootElement.GetProperty("format").GetString(), json.RootElement.GetProperty("virtual_size").GetInt64(),
            json.RootElement.GetProperty("file_size").GetInt64(), json.RootElement.GetProperty("safe").GetBoolean()));
        var finding = json.RootElement.GetProperty("findings")[0];
        Assert.AreEqual(("backing_file", true), (finding.GetProperty("code").GetString(), finding.GetProperty("unsafe").GetBoolean()));
        Assert.IsGreaterThan(10, finding.GetProperty("message").GetString()!.Length);
        Assert.AreEqual(file, (await Tool.RunWithInputAsync(bytes, "inspect", "-", "--json")).Succeeded().Text);
        Assert.AreEqual(file, (await Tool.RunAsync("inspect", location, "--json")).Succeeded().Text);
        Assert.AreEqual(file, (await Tool.RunAsync("inspect", Tool.At("receipt.json"), "--json")).Succeeded().Text);
        Assert.Contains("backing_file", (await Tool.RunAsync("inspect", Tool.At("disk"))).Succeeded().Text);
    }

    [TestMethod]
    public async Task A_size_that_is_not_known_is_null_and_not_left_out()
    {
        File.WriteAllBytes(Tool.At("packed"), [0x1F, 0x8B, 8, 0]);
        using var json = JsonDocument.Parse((await Tool.RunAsync("inspect", Tool.At("packed"), "--json")).Succeeded().Text);
        Assert.AreEqual(JsonValueKind.Null, json.RootElement.GetProperty("virtual_size").ValueKind);
    }

    [TestMethod]
    public async Task A_format_that_nobody_knows_and_a_file_that_is_not_there_are_usage_errors()
    {
        Tool.MakeFile("raw", 10);
        (await Tool.RunAsync("put", Tool.At("raw"), "--require-format", "qcow3")).FailedWith(2, "qcow3");
        (await Tool.RunAsync("inspect", Tool.At("absent"))).FailedWith(2, "absent");
        (await Tool.RunAsync("inspect", Tool.LocationOf("absent"))).FailedWith(3, "absent");
    }

    // A header of version 3, and a first table of no entries that are set; a MiB of disk.
    private byte[] MakeQcow2(string name, bool backing)
    {
        var image = new byte[200_000];
        "QFI"u8.CopyTo(image);
        (image[3], image[7], image[23], image[29], image[39], image[45], image[99], image[103]) = (0xFB, 3, 16, 0x10, 1, 1, 4, 104);
        image[15] = (byte)(backing ? 200 : 0);
        File.WriteAllBytes(Tool.At(name), image);
        return image;
    }
}
