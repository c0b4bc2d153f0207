using System.Runtime.Versioning;
using System.Text.Json;

namespace GlanceStore.Cli.Tests;

/// <summary>Whose image a command reads and deletes.</summary>
[TestClass]
[UnsupportedOSPlatform("windows")]
public sealed class AccountTests : ToolTests
{
    [TestMethod]
    public async Task A_receipt_of_a_store_that_is_called_otherwise_now_is_read_verified_and_deleted()
    {
        var (before, after) = (Configure("before.json", "old"), Configure("after.json", "new"));
        var bytes = Tool.MakeFile("disk", 1000);
        (await Tool.RunAsync("put", Tool.At("disk"), "--id", "o1", "--receipt", Tool.At("o.json"), "--config", before)).Succeeded();
        (await Tool.RunAsync("verify", Tool.At("o.json"), "--config", after)).Succeeded();
        CollectionAssert.AreEqual(bytes, (await Tool.RunAsync("get", Tool.At("o.json"), "--config", after)).Succeeded().Bytes);
        (await Tool.RunAsync("stat", Tool.At("o.json"), "--store", "old", "--config", after)).FailedWith(2, "There is no store 'old'");
        (await Tool.RunAsync("delete", Tool.At("o.json"), "--config", after)).Succeeded();
    }

    [TestMethod]
    public async Task A_store_that_is_named_is_asked_for_its_own_locations_only()
    {
        var config = Configure("both.json", "here", "there");
        Tool.MakeFile("disk", 1000);
        (await Tool.RunAsync("put", Tool.At("disk"), "--id", "a", "--store", "here", "--receipt", Tool.At("a.json"), "--config", config)).Succeeded();
        var location = $"file://{Tool.At("here")}/a";
        foreach (var command in new[] { "get", "stat", "verify", "delete" })
        {
            (await Tool.RunAsync(command, location, "--store", "there", "--config", config)).FailedWith(2, "location");
        }

        foreach (var command in new[] { "copy", "move" })
        {
            (await Tool.RunAsync(command, Tool.At("a.json"), "--store", "there", "--to", "here", "--config", config)).FailedWith(2, "location");
        }

        (await Tool.RunAsync("get", location, location, "--store", "here", "--config", config)).FailedWith(2, "--store goes with one image");
        (await Tool.RunAsync("stat", location, "--store", "here", "--config", config)).Succeeded();
        (await Tool.RunAsync("delete", Tool.At("a.json"), "--store", "here", "--config", config)).Succeeded();
    }

    // Each store in the folder 'here' or 'there'; others in 'fs'.
    private string Configure(string file, params string[] ids)
    {
        var stores = ids.ToDictionary(id => id, id => (object)new { Type = "file", Directory = Tool.At(id.EndsWith("here", StringComparison.Ordinal) ? id : "fs") });
        File.WriteAllText(Tool.At(file), JsonSerializer.Serialize(new { GlanceStore = new { DefaultStore = ids[0], Stores = stores } }));
        return Tool.At(file);
    }
}
