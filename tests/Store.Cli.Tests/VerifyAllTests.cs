using System.Text.Json;
using System.Text.Json.Nodes;

namespace GlanceStore.Cli.Tests;

[TestClass]
public sealed class VerifyAllTests : ToolTests
{
    private string Receipts => Tool.At("receipts");

    [TestMethod]
    public async Task Every_receipt_of_a_folder_has_its_line_and_bad_images_do_not_end_it()
    {
        await PutAsync("a-whole", "b-corrupted", "c-missing", "e-whole");
        Corrupt("b-corrupted", 9_000_000);
        File.Delete(Path.Combine(Tool.StoreDirectory, "c-missing"));
        await File.WriteAllTextAsync(Path.Combine(Receipts, "d-torn.json"), "{ \"location\": ");
        await File.WriteAllTextAsync(Path.Combine(Receipts, "notes.txt"), "no receipt");
        var outcome = await Tool.RunAsync("verify", "--all", Receipts);
        Assert.AreEqual(4, outcome.ExitCode, outcome.Errors);
        Assert.AreEqual("", outcome.Errors);
        var lines = outcome.Text.Split('\n');
        Assert.AreEqual($"whole      {Tool.LocationOf("a-whole")}: 20000000 bytes", lines[0]);
        Assert.StartsWith($"corrupted  {Tool.LocationOf("b-corrupted")}: bytes 8388608-12582911: ", lines[1]);
        Assert.StartsWith($"missing    {Tool.LocationOf("c-missing")}: ", lines[2]);
        Assert.StartsWith($"unreadable {Path.Combine(Receipts, "d-torn.json")}: ", lines[3]);
        Assert.StartsWith($"whole      {Tool.LocationOf("e-whole")}", lines[4]);
        Assert.AreEqual("5 images: 2 whole, 1 corrupted, 1 missing, 0 changed, 1 unreadable, 0 unverified", lines[5]);
    }

    [TestMethod]
    [DataRow("1")]
    [DataRow("3")]
    public async Task However_many_are_read_at_once_lines_stand_in_the_order_of_the_receipts(string atOnce)
    {
        await PutAsync("a", "b", "d", "e", "f");
        Corrupt("d", 1);
        await File.WriteAllTextAsync(Path.Combine(Receipts, "c-torn.json"), "{");
        await File.WriteAllTextAsync(Path.Combine(Receipts, "g-torn.json"), "{");
        var outcome = await Tool.RunAsync("verify", "--all", Receipts, "--at-once", atOnce);
        Assert.AreEqual(4, outcome.ExitCode, outcome.Errors);
        Assert.AreEqual("whole whole unreadable corrupted whole whole unreadable", string.Join(' ', outcome.Text.Split('\n').Take(7).Select(line => line.Split(' ')[0])));
    }

    [TestMethod]
    public async Task None_at_once_is_refused()
    {
        await PutAsync("a");
        (await Tool.RunAsync("verify", "--all", Receipts, "--at-once", "0")).FailedWith(2, "--at-once is the number of images");
    }

    [TestMethod]
    public async Task Json_is_a_line_an_image_and_a_last_line_of_counts()
    {
        await PutAsync("a", "b");
        Corrupt("b", 1);
        var outcome = await Tool.RunAsync("verify", "--all", Receipts, "--json");
        Assert.AreEqual(4, outcome.ExitCode, outcome.Errors);
        var lines = outcome.Text.Split('\n');
        Assert.AreEqual("receipt, outcome, location, store, bytes_read, verified", PropertiesOf(lines[0]));
        Assert.AreEqual("whole", ValueOf(lines[0], "outcome"));
        Assert.AreEqual("""["chunks","md5","sha512"]""", ValueOf(lines[0], "verified"));
        Assert.AreEqual("receipt, outcome, location, store, bytes_read, damage, error", PropertiesOf(lines[1]));
        using var damaged = JsonDocument.Parse(lines[1]);
        Assert.AreEqual("0-4194303", damaged.RootElement.GetProperty("damage")[0].GetString());
        Assert.AreEqual("""{"whole":1,"corrupted":1,"missing":0,"changed":0,"unreadable":0,"unverified":0}""", lines[2]);
    }

    [TestMethod]
    public async Task What_is_whole_ends_with_0_what_is_missing_with_3_and_what_cannot_be_read_with_1()
    {
        await PutAsync("a");
        (await Tool.RunAsync("verify", "--all", Receipts, "--rate", "1GiB")).Succeeded();
        await File.WriteAllTextAsync(Path.Combine(Receipts, "torn.json"), "{");
        Assert.AreEqual(1, (await Tool.RunAsync("verify", "--all", Receipts)).ExitCode);
        File.Delete(Path.Combine(Tool.StoreDirectory, "a"));
        Assert.AreEqual(3, (await Tool.RunAsync("verify", "--all", Receipts)).ExitCode);
    }

    [TestMethod]
    public async Task Images_of_glances_records_without_chunks_are_verified_by_their_checksum_or_multihash()
    {
        await PutAsync("a", "b", "c", "d");
        await RecordAsync("a", "checksum");
        await RecordAsync("b", "os_hash_algo", "os_hash_value");
        await RecordAsync("c", "checksum", "os_hash_algo", "os_hash_value");
        await RecordAsync("d");
        Corrupt("c", 9_000_000);
        var outcome = await Tool.RunAsync("verify", "--all", Receipts);
        Assert.AreEqual(4, outcome.ExitCode, outcome.Errors);
        var lines = outcome.Text.Split('\n');
        Assert.AreEqual($"whole      {Tool.LocationOf("a")}: 20000000 bytes, verified against md5", lines[0]);
        Assert.AreEqual($"whole      {Tool.LocationOf("b")}: 20000000 bytes, verified against sha512", lines[1]);
        Assert.StartsWith($"corrupted  {Tool.LocationOf("c")}: The image at {Tool.LocationOf("c")} has the md5 digest ", lines[2]);
        Assert.StartsWith($"unverified {Tool.LocationOf("d")}: There is nothing to compare the bytes", lines[3]);
        Assert.AreEqual("4 images: 2 whole, 1 corrupted, 0 missing, 0 changed, 0 unreadable, 1 unverified", lines[4]);
    }

    [TestMethod]
    public async Task An_image_that_nothing_is_known_of_ends_with_1()
    {
        await PutAsync("a");
        await RecordAsync("a");
        Assert.AreEqual(1, (await Tool.RunAsync("verify", "--all", Receipts)).ExitCode);
        (await Tool.RunAsync("verify", Path.Combine(Receipts, "a.json"))).FailedWith(2, "nothing to verify the image against");
    }

    [TestMethod]
    public async Task One_record_without_chunks_is_verified_as_a_receipt_is()
    {
        await PutAsync("a");
        await RecordAsync("a", "size", "checksum", "os_hash_algo", "os_hash_value");
        var file = Path.Combine(Receipts, "a.json");
        Assert.AreEqual($"{Tool.LocationOf("a")}: 20000000 bytes, verified against md5, sha512", (await Tool.RunAsync("verify", file)).Succeeded().Text);
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("20000000", "20000001"));
        (await Tool.RunAsync("verify", file)).FailedWith(4, "20000001 were recorded");
        Assert.Contains("20000001 were recorded", (await Tool.RunAsync("verify", "--all", Receipts)).Text);
    }

    [TestMethod]
    public async Task A_password_in_a_record_is_not_shown()
    {
        Directory.CreateDirectory(Receipts);
        await File.WriteAllTextAsync(Path.Combine(Receipts, "a.json"), """{ "location": "s3://key:secret@127.0.0.1/bucket/a", "checksum": null }""");
        var outcome = await Tool.RunAsync("verify", "--all", Receipts);
        Assert.AreEqual(1, outcome.ExitCode, outcome.Errors);
        Assert.StartsWith("unreadable ", outcome.Text);
        Assert.DoesNotContain("secret", outcome.Text + outcome.Errors);
    }

    [TestMethod]
    public async Task What_a_receipt_holds_cannot_write_to_the_terminal()
    {
        Directory.CreateDirectory(Receipts);
        await File.WriteAllTextAsync(Path.Combine(Receipts, "a.json"),
            """{ "location": "file:///x/\u001b[2Jy", "store": "lo\u001b[1mcal", "size": 0, "chunks": [], "metadata": {} }""");
        var outcome = await Tool.RunAsync("verify", "--all", Receipts);
        Assert.AreEqual(1, outcome.ExitCode, outcome.Errors);
        Assert.DoesNotContain("\u001b", outcome.Text);
    }

    [TestMethod]
    public async Task What_does_not_go_together_is_refused()
    {
        await PutAsync("a");
        (await Tool.RunAsync("verify")).FailedWith(2, "Name one image");
        (await Tool.RunAsync("verify", Tool.At("receipts/a.json"), "--all", Receipts)).FailedWith(2, "Name one image");
        (await Tool.RunAsync("verify", "--all", Receipts, "--expect", $"md5:{new string('0', 32)}")).FailedWith(2, "--expect goes with a location");
        (await Tool.RunAsync("verify", Tool.At("receipts/a.json"), "--rate", "1MiB")).FailedWith(2, "--rate and --at-once go with --all");
        (await Tool.RunAsync("verify", "--all", Tool.At("nowhere"))).FailedWith(2, "cannot be read");
        (await Tool.RunAsync("verify", "--all", Tool.StoreDirectory)).FailedWith(2, "holds no receipt");
    }

    [TestMethod]
    [DataRow("100", 100)]
    [DataRow("800KiB", 800 << 10)]
    [DataRow("50MiB", 50 << 20)]
    [DataRow("2GiB", 2L << 30)]
    [DataRow("3 MB", 3_000_000)]
    [DataRow("1kB", 1000)]
    [DataRow("1GB", 1_000_000_000)]
    public void A_rate_is_bytes_a_second_with_a_unit(string text, long bytes) => Assert.AreEqual(bytes, Texts.Rate(text));

    [TestMethod]
    [DataRow("")]
    [DataRow("0")]
    [DataRow("MiB")]
    [DataRow("-1")]
    [DataRow("1.5MiB")]
    [DataRow("50mib")]
    [DataRow("99999999999")]
    public void What_is_no_rate_is_refused(string text) =>
        Assert.Contains("--rate", Assert.ThrowsExactly<UsageException>(() => Texts.Rate(text)).Message);

    // Of a receipt what glance has of an image as well, and of its digests only some.
    private async Task RecordAsync(string id, params string[] kept)
    {
        var file = Path.Combine(Receipts, $"{id}.json");
        var receipt = JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
        var record = new JsonObject { ["id"] = id, ["location"] = receipt["location"]!.DeepClone() };
        foreach (var name in kept)
        {
            record[name] = receipt[name]!.DeepClone();
        }

        await File.WriteAllTextAsync(file, record.ToJsonString());
    }

    private async Task PutAsync(params string[] ids)
    {
        Directory.CreateDirectory(Receipts);
        foreach (var id in ids)
        {
            Tool.MakeFile(id, 20_000_000);
            (await Tool.RunAsync("put", Tool.At(id), "--id", id, "--receipt", Path.Combine(Receipts, $"{id}.json"))).Succeeded();
        }
    }
}
