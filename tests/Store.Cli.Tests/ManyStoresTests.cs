using System.Runtime.Versioning;
using System.Text.Json;

namespace GlanceStore.Cli.Tests;

[TestClass]
[UnsupportedOSPlatform("windows")]
public sealed class ManyStoresTests : ToolTests
{
    [TestMethod]
    public async Task A_pipe_is_stored_in_several_stores_in_one_pass()
    {
        var config = Configure();
        var bytes = Tool.MakeFile("disk", 20_000_000);
        var put = await Tool.RunWithInputAsync(bytes, "put", "-", "--id", "i", "--store", "fast,cold", "--receipt", Tool.At("r.json"), "--config", config);
        Assert.AreEqual($"file://{Tool.At("fast")}/i\nfile://{Tool.At("cold")}/i", put.Succeeded().Text);
        foreach (var store in new[] { "fast", "cold" })
        {
            CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(Path.Combine(Tool.At(store), "i")));
            (await Tool.RunAsync("verify", Tool.At($"r.{store}.json"), "--config", config)).Succeeded();
        }

        var json = (await Tool.RunAsync("put", Tool.At("disk"), "--all-stores", "--json", "--config", config)).Succeeded().Text;
        using var document = JsonDocument.Parse(json);
        Assert.AreEqual("cold,fast,warm", string.Join(',', document.RootElement.EnumerateArray().Select(receipt => receipt.GetProperty("store").GetString())));
    }

    [TestMethod]
    public async Task A_store_that_fails_leaves_the_image_in_none_or_with_best_effort_in_the_others()
    {
        var config = Configure();
        Tool.MakeFile("disk", 1000);
        (await Tool.RunAsync("put", Tool.At("disk"), "--id", "i", "--store", "cold", "--config", config)).Succeeded();
        (await Tool.RunAsync("put", Tool.At("disk"), "--id", "i", "--all-stores", "--config", config)).FailedWith(5, "already");
        Assert.IsFalse(File.Exists(Path.Combine(Tool.At("fast"), "i")) || File.Exists(Path.Combine(Tool.At("warm"), "i")));
        var outcome = await Tool.RunAsync("put", Tool.At("disk"), "--id", "i", "--all-stores", "--best-effort", "--config", config);
        outcome.FailedWith(1, "The image is not in the store 'cold': ");
        Assert.AreEqual($"file://{Tool.At("fast")}/i\nfile://{Tool.At("warm")}/i", outcome.Text);
    }

    [TestMethod]
    public async Task Stores_that_are_named_wrongly_are_refused()
    {
        var config = Configure();
        Tool.MakeFile("disk", 10);
        (await Tool.RunAsync("put", Tool.At("disk"), "--store", "fast,none", "--config", config)).FailedWith(2, "There is no store 'none'");
        (await Tool.RunAsync("put", Tool.At("disk"), "--store", "fast,,cold", "--config", config)).FailedWith(2, "--store");
        (await Tool.RunAsync("put", Tool.At("disk"), "--store", "fast,FAST", "--config", config)).FailedWith(2, "named 2 times");
        (await Tool.RunAsync("put", Tool.At("disk"), "--store", "fast", "--all-stores", "--config", config)).FailedWith(2, "do not go together");
        Assert.IsFalse(Directory.Exists(Tool.At("fast")));
    }

    [TestMethod]
    public async Task An_image_is_copied_and_moved_between_stores_and_verified()
    {
        var config = Configure();
        var bytes = Tool.MakeFile("disk", 20_000_000);
        (await Tool.RunAsync("put", Tool.At("disk"), "--id", "i", "--receipt", Tool.At("r.json"), "--config", config)).Succeeded();
        var copied = await Tool.RunAsync("copy", Tool.At("r.json"), "--to", "cold", "--receipt", Tool.At("c.json"), "--config", config);
        Assert.AreEqual($"file://{Tool.At("cold")}/i", copied.Succeeded().Text);
        (await Tool.RunAsync("verify", Tool.At("c.json"), "--config", config)).Succeeded();
        var moved = await Tool.RunAsync("move", Tool.At("r.json"), "--to", "warm", "--id", "j", "--json", "--config", config);
        Assert.AreEqual("warm", ValueOf(moved.Succeeded().Text, "store"));
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(Path.Combine(Tool.At("warm"), "j")));
        Assert.IsFalse(File.Exists(Path.Combine(Tool.At("fast"), "i")));
    }

    [TestMethod]
    public async Task A_copy_or_a_move_that_cannot_be_made_says_why_and_changes_nothing()
    {
        var config = Configure();
        Tool.MakeFile("disk", 100_000);
        (await Tool.RunAsync("put", Tool.At("disk"), "--id", "i", "--receipt", Tool.At("r.json"), "--config", config)).Succeeded();
        var location = $"file://{Tool.At("fast")}/i";
        (await Tool.RunAsync("move", location, "--to", "cold", "--config", config)).FailedWith(2, "nothing to verify it with");
        (await Tool.RunAsync("copy", location, "--to", "none", "--config", config)).FailedWith(2, "There is no store 'none'");
        (await Tool.RunAsync("copy", location, "--to", "fast", "--config", config)).FailedWith(2, "would be the same");
        (await Tool.RunAsync("copy", location + "x", "--to", "cold", "--config", config)).FailedWith(3, "no image");
        await Flip(Path.Combine(Tool.At("fast"), "i"), 50_000);
        (await Tool.RunAsync("copy", Tool.At("r.json"), "--to", "cold", "--config", config)).FailedWith(4, "not those that were stored");
        Assert.IsEmpty(Directory.EnumerateFiles(Tool.At("cold")));
    }

    [TestMethod]
    public async Task An_image_is_read_from_whichever_of_its_places_gives_it_whole()
    {
        var config = Configure();
        var bytes = Tool.MakeFile("disk", 20_000_000);
        (await Tool.RunAsync("put", Tool.At("disk"), "--id", "i", "--store", "fast,cold", "--receipt", Tool.At("r.json"), "--config", config)).Succeeded();
        string[] places = [Tool.At("r.fast.json"), $"file://{Tool.At("cold")}/i"];
        await Flip(Path.Combine(Tool.At("fast"), "i"), 10_000_000);
        CollectionAssert.AreEqual(bytes, (await Tool.RunAsync(["get", .. places, "--config", config])).Succeeded().Bytes);
        CollectionAssert.AreEqual(bytes, (await Tool.RunAsync(["get", .. places, "--hedge-after", "1ms", "--config", config])).Succeeded().Bytes);
        File.Delete(Path.Combine(Tool.At("fast"), "i"));
        CollectionAssert.AreEqual(bytes, (await Tool.RunAsync(["get", .. places, "--config", config])).Succeeded().Bytes);
        File.Delete(Path.Combine(Tool.At("cold"), "i"));
        (await Tool.RunAsync(["get", .. places, "-o", Tool.At("out"), "--config", config])).FailedWith(3, "None of 2 stores gives the image.");
        Assert.IsFalse(File.Exists(Tool.At("out")));
    }

    [TestMethod]
    [DataRow("--json")]
    [DataRow("--replace")]
    public async Task A_move_to_another_name_of_the_same_directory_leaves_the_image_where_it_is(string option)
    {
        var config = Configure();
        Directory.CreateDirectory(Tool.At("fast"));
        Directory.CreateSymbolicLink(Tool.At("warm"), Tool.At("fast"));
        var bytes = Tool.MakeFile("disk", 5_000_000);
        (await Tool.RunAsync("put", Tool.At("disk"), "--id", "i", "--receipt", Tool.At("r.json"), "--config", config)).Succeeded();
        var (code, why) = option == "--replace" ? (2, "the same under two names: both have 5000000 bytes, the version tag '") : (5, "already");
        (await Tool.RunAsync("move", Tool.At("r.json"), "--to", "warm", option, "--config", config)).FailedWith(code, why);
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(Path.Combine(Tool.At("fast"), "i")));
    }

    [TestMethod]
    [DataRow("--json")]
    [DataRow("--replace")]
    public async Task A_best_effort_put_into_a_single_store_that_fails_says_why(string option)
    {
        var config = Configure();
        Tool.MakeFile("disk", 1000);
        Directory.CreateDirectory(Path.Combine(Tool.At("cold"), "i"));
        var outcome = await Tool.RunAsync("put", Tool.At("disk"), "--id", "i", "--store", "cold", "--best-effort", option, "--config", config);
        outcome.FailedWith(1, "The image is not in the store 'cold': ");
    }

    [TestMethod]
    public async Task An_image_is_read_from_another_place_where_the_store_of_one_is_down_and_verified_all_the_same()
    {
        var config = Configure();
        var bytes = Tool.MakeFile("disk", 5_000_000);
        (await Tool.RunAsync("put", Tool.At("disk"), "--id", "i", "--store", "fast,cold", "--receipt", Tool.At("r.json"), "--config", config)).Succeeded();
        Directory.Delete(Tool.At("fast"), recursive: true);
        await File.WriteAllTextAsync(Tool.At("fast"), "no directory");
        var cold = $"file://{Tool.At("cold")}/i";
        foreach (var down in new[] { Tool.At("r.fast.json"), $"file://{Tool.At("fast")}/i" })
        {
            var outcome = await Tool.RunAsync("get", down, cold, "--config", config);
            CollectionAssert.AreEqual(bytes, outcome.Succeeded().Bytes);
        }

        (await Tool.RunAsync("get", Tool.At("r.fast.json"), "--config", config)).FailedWith(1, "The store 'fast' is down");
        await Flip(Path.Combine(Tool.At("cold"), "i"), 1_000_000);
        (await Tool.RunAsync("get", Tool.At("r.fast.json"), cold, "-o", Tool.At("out"), "--config", config)).FailedWith(1, "another checksum");
        Assert.IsFalse(File.Exists(Tool.At("out")));
    }

    private static async Task Flip(string path, long offset)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        var was = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(was ^ 1));
    }

    private string Configure()
    {
        var stores = new[] { "cold", "fast", "warm" }.Select(id => $$""" "{{id}}": { "Type": "file", "Directory": "{{Tool.At(id)}}" } """);
        File.WriteAllText(Tool.At("stores.json"), $$"""{ "DefaultStore": "fast", "Stores": { {{string.Join(',', stores)}} } }""");
        return Tool.At("stores.json");
    }
}
