namespace GlanceStore.Cli.Tests;

/// <summary>What the stores hold, how much that is, and what of it nobody knows.</summary>
[TestClass]
public sealed class ListTests : ToolTests
{
    [TestMethod]
    public async Task List_tells_each_image_with_its_size_and_usage_their_sum()
    {
        await Tool.PutAsync("a", 1000);
        await Tool.PutAsync("b", 2000);
        await Tool.PutAsync("other", 10);

        string[] lines = (await Tool.RunAsync("list")).Succeeded().Text.Split('\n');
        Assert.AreSequenceEqual(
            new[] { $"{Tool.LocationOf("a")}\t1000", $"{Tool.LocationOf("b")}\t2000", $"{Tool.LocationOf("other")}\t10" },
            lines.Select(line => line[..line.LastIndexOf('\t')]).ToArray());
        Assert.AreEqual("other", ValueOf((await Tool.RunAsync("list", "--prefix", "o", "--json")).Succeeded().Text, "name"));
        Assert.AreEqual("local: 3 images of 3010 bytes, 0 unfinished of 0 bytes", (await Tool.RunAsync("usage")).Succeeded().Text);
        (await Tool.RunAsync("list", "--store", "nowhere")).FailedWith(2, "There is no store 'nowhere'");
    }

    [TestMethod]
    public async Task A_store_that_does_not_tell_what_it_holds_is_left_out_or_is_a_failure_where_it_was_named()
    {
        await File.WriteAllTextAsync(Tool.At("web.json"), """{"Stores":{"web":{"Type":"http"}}}""");

        Assert.Contains("so it is left out", (await Tool.RunAsync("--config", Tool.At("web.json"), "list")).Errors);
        (await Tool.RunAsync("--config", Tool.At("web.json"), "list", "--store", "web")).FailedWith(1, "does not tell what it holds");
    }

    [TestMethod]
    public async Task Orphans_tells_what_no_receipt_names_and_what_no_store_holds_and_changes_nothing()
    {
        Directory.CreateDirectory(Tool.At("receipts"));
        foreach (var id in new[] { "known", "lost", "stray" })
        {
            await Tool.PutAsync(id, 100);
            File.Move(Tool.At($"{id}.json"), Tool.At($"receipts/{id}.json"));
        }

        (await Tool.RunAsync("orphans", "--receipts", Tool.At("receipts"))).Succeeded();
        File.Delete(Tool.At("receipts/stray.json"));
        var unknown = await Tool.RunAsync("orphans", "--receipts", Tool.At("receipts"));
        Assert.AreEqual(4, unknown.ExitCode);
        Assert.StartsWith($"unknown\t{Tool.LocationOf("stray")}\t100\t", unknown.Text);

        (await Tool.RunAsync("delete", Tool.LocationOf("lost"))).Succeeded();
        var missing = await Tool.RunAsync("orphans", "--receipts", Tool.At("receipts"));
        Assert.AreEqual(3, missing.ExitCode);
        Assert.Contains($"missing\t{Tool.At("receipts/lost.json")}\t{Tool.LocationOf("lost")}", missing.Text);
        Assert.AreSequenceEqual(new[] { "known", "stray" }, Tool.Stored);
    }

    [TestMethod]
    public async Task Orphans_compares_with_the_ids_of_an_image_service()
    {
        await Tool.PutAsync("known", 100);
        await Tool.PutAsync("stray", 100);
        await File.WriteAllTextAsync(Tool.At("ids"), "known\r\n\nlost\n");

        var outcome = await Tool.RunAsync("orphans", "--glance-ids", Tool.At("ids"));

        Assert.AreEqual(3, outcome.ExitCode);
        Assert.Contains("missing\tlost\t", outcome.Text);
        Assert.Contains($"unknown\t{Tool.LocationOf("stray")}", outcome.Text);
        (await Tool.RunAsync("orphans", "--glance-ids", Tool.At("absent"))).FailedWith(2, "cannot be read");
        (await Tool.RunAsync("orphans")).FailedWith(2, "--receipts");
    }

    [TestMethod]
    [DataRow("known\n\nno id\n", "Line 3 of the file", "'no id'")]
    [DataRow("+----+\n| ID |\n", "Line 1 of the file", "'+----+'")]
    [DataRow("known,active\n", "Line 1 of the file", "'known,active'")]
    public async Task Orphans_refuses_a_list_with_a_line_that_is_no_id_and_names_the_line(string list, string line, string text)
    {
        await Tool.PutAsync("known", 100);
        await File.WriteAllTextAsync(Tool.At("ids"), list);
        var outcome = await Tool.RunAsync("orphans", "--glance-ids", Tool.At("ids"));
        outcome.FailedWith(2, line);
        Assert.Contains(text, outcome.Errors);
        Assert.AreEqual("", outcome.Text);
    }

    [TestMethod]
    public async Task Orphans_names_the_receipt_of_a_store_that_is_not_here()
    {
        Directory.CreateDirectory(Tool.At("receipts"));
        await Tool.PutAsync("image", 100);
        var receipt = await File.ReadAllTextAsync(Tool.At("image.json"));
        await File.WriteAllTextAsync(Tool.At("receipts/far.json"),
            receipt.Replace(Tool.LocationOf("image"), "s3://far.example.org/bucket/image", StringComparison.Ordinal).Replace("\"local\"", "\"far\"", StringComparison.Ordinal));
        (await Tool.RunAsync("orphans", "--receipts", Tool.At("receipts"))).FailedWith(1, $"The receipt '{Tool.At("receipts/far.json")}': ");
    }
}
