using System.Text.Json;

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
        Assert.AreEqual("5 images: 2 whole, 1 corrupted, 1 missing, 0 changed, 1 unreadable", lines[5]);
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
        Assert.AreEqual("receipt, outcome, location, store, bytes_read", PropertiesOf(lines[0]));
        Assert.AreEqual("whole", ValueOf(lines[0], "outcome"));
        Assert.AreEqual("receipt, outcome, location, store, bytes_read, damage, error", PropertiesOf(lines[1]));
        using var damaged = JsonDocument.Parse(lines[1]);
        Assert.AreEqual("0-4194303", damaged.RootElement.GetProperty("damage")[0].GetString());
        Assert.AreEqual("""{"whole":1,"corrupted":1,"missing":0,"changed":0,"unreadable":0}""", lines[2]);
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
