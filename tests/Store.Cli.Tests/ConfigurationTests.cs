using System.Text.Json;

namespace GlanceStore.Cli.Tests;

[TestClass]
public sealed class ConfigurationTests : ToolTests
{
    [TestMethod]
    public async Task Without_a_configuration_there_is_one_file_store()
    {
        Assert.AreEqual("local\tfile\tdefault\tread-write\t-", (await Tool.RunAsync("stores")).Succeeded().Text);
        var json = (await Tool.RunAsync("stores", "--json")).Succeeded().Text;
        using var document = JsonDocument.Parse(json);
        var store = document.RootElement.EnumerateArray().Single();
        Assert.AreEqual("id, type, default, weight, schemes, can_write, can_delete, can_read_ranges", PropertiesOf(store.GetRawText()));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_configuration_is_read_with_or_without_its_section(bool wrapped)
    {
        var section = $$"""
            {
              "DefaultStore": "fast",
              "MaxBufferBytes": 33554432,
              "Stores": {
                "fast": { "Type": "file", "Directory": "{{Tool.At("fast")}}", "Description": "the fast one", "Weight": 2 },
                "cold": { "Type": "file", "Directory": "{{Tool.At("cold")}}" }
              }
            }
            """;
        var config = Write(wrapped ? $$"""{ "GlanceStore": {{section}} }""" : section);
        Tool.MakeFile("disk", 1000);
        Assert.AreEqual(
            "cold\tfile\t-\tread-write\t-\nfast\tfile\tdefault\tread-write\tthe fast one",
            (await Tool.RunAsync("stores", "--config", config)).Succeeded().Text);
        var fast = (await Tool.RunAsync("put", Tool.At("disk"), "--id", "i", "--config", config)).Succeeded().Text;
        var cold = (await Tool.RunAsync("--config", config, "put", Tool.At("disk"), "--id", "i", "--store", "cold")).Succeeded().Text;
        Assert.AreEqual($"file://{Tool.At("fast")}/i", fast);
        Assert.AreEqual($"file://{Tool.At("cold")}/i", cold);
        Assert.HasCount(1000, (await Tool.RunAsync("get", cold, "--config", config)).Succeeded().Bytes);
        Assert.IsFalse(Directory.Exists(Tool.StoreDirectory));
    }

    [TestMethod]
    public async Task A_store_that_is_down_is_shown_with_the_reason_and_the_others_are_served()
    {
        Tool.MakeFile("disk", 1000);
        var config = Write($$"""
            {
              "DefaultStore": "fast",
              "Stores": {
                "broken": { "Type": "file", "Directory": "{{Tool.At("disk")}}/images" },
                "fast": { "Type": "file", "Directory": "{{Tool.At("fast")}}" },
                "frozen": { "Type": "file", "Directory": "{{Tool.At("frozen")}}", "ReadOnly": true },
                "staging": { "Type": "file", "Directory": "{{Tool.At("staging")}}", "Reserved": true }
              }
            }
            """);
        var lines = (await Tool.RunAsync("stores", "--config", config)).Succeeded().Text.Split('\n');
        Assert.AreEqual("fast\tfile\tdefault\tread-write\t-", lines[0]);
        Assert.AreEqual("frozen\tfile\t-\tread-only\t-", lines[1]);
        Assert.StartsWith("broken\tfile\t-\tdown\t", lines[2]);
        Assert.Contains("/disk/images", lines[2]);
        Assert.HasCount(3, lines);
        using var document = JsonDocument.Parse((await Tool.RunAsync("stores", "--json", "--config", config)).Succeeded().Text);
        Assert.Contains("/disk/images", document.RootElement[2].GetProperty("down").GetString()!);
        (await Tool.RunAsync("put", Tool.At("disk"), "--id", "i", "--config", config)).Succeeded();
        (await Tool.RunAsync("put", Tool.At("disk"), "--id", "i", "--store", "staging", "--config", config)).Succeeded();
        (await Tool.RunAsync("put", Tool.At("disk"), "--store", "broken", "--config", config)).FailedWith(1, "The store 'broken' is down: ");
        (await Tool.RunAsync("put", Tool.At("disk"), "--store", "frozen", "--config", config)).FailedWith(1, "takes no images");
    }

    [TestMethod]
    public async Task Every_mistake_of_a_configuration_is_told_of()
    {
        var config = Write($$"""
            { "Stores": { "a": { "Type": "file", "Directory": "{{Tool.At("a")}}", "Colour": "red" }, "b": { "Type": "memory" } } }
            """);
        var outcome = await Tool.RunAsync("stores", "--config", config);
        outcome.FailedWith(2, "'Colour'");
        outcome.FailedWith(2, "GlanceStore.Drivers.Memory");
        outcome.FailedWith(2, "DefaultStore");
    }

    [TestMethod]
    public async Task A_configuration_that_cannot_be_read_is_refused()
    {
        (await Tool.RunAsync("stores", "--config", Tool.At("absent.json"))).FailedWith(2, "cannot be read");
        (await Tool.RunAsync("stores", "--config", Tool.At("."))).FailedWith(2, "cannot be read: It is a directory.");
        (await Tool.RunAsync("stores", "--config", Write("{\n\"Stores\": "))).FailedWith(2, "is not JSON of that form (line 2): ");
        (await Tool.RunAsync("stores", "--config", Write("{}"))).FailedWith(2, "There is no store");
    }

    private string Write(string json)
    {
        File.WriteAllText(Tool.At("stores.json"), json);
        return Tool.At("stores.json");
    }

    [TestMethod]
    public async Task A_command_that_only_lists_makes_no_directory()
    {
        await File.WriteAllTextAsync(Tool.At("stores.json"), $$$$"""{"Stores":{"a":{"Type":"file","Directory":"{{{{Tool.At("images")}}}}"}}}""");
        (await Tool.RunAsync("--config", Tool.At("stores.json"), "stores")).Succeeded();
        (await Tool.RunAsync("--config", Tool.At("stores.json"), "stat", $"file://{Tool.At("images")}/x")).FailedWith(3, "There is no image");
        Assert.IsFalse(Directory.Exists(Tool.At("images")));
        Tool.MakeFile("disk", 10);
        (await Tool.RunAsync("--config", Tool.At("stores.json"), "put", Tool.At("disk"), "--id", "x")).Succeeded();
        Assert.IsTrue(File.Exists(Tool.At("images/x")));
    }

    [TestMethod]
    public async Task A_tilde_in_a_path_is_the_home_directory_as_in_a_shell()
    {
        await File.WriteAllTextAsync(Tool.At("stores.json"), """{"Stores":{"a":{"Type":"file","Directory":"~/images"}}}""");
        Tool.MakeFile("disk", 10);
        using var process = Tool.StartProgram("env", $"HOME={Tool.At("home")}", Tool.BuiltTool, "--config", Tool.At("stores.json"), "put", Tool.At("disk"), "--id", "x");
        (await Tool.EndOfAsync(process)).Succeeded();
        Assert.IsTrue(File.Exists(Tool.At("home/images/x")));
        Assert.IsFalse(Directory.Exists(Tool.At("~")));
    }

    [TestMethod]
    [DataRow("$HOME/images", "'$HOME'")]
    [DataRow("/srv/${USER}", "'${USER}'")]
    [DataRow("%HOME%/images", "'%HOME%'")]
    [DataRow("~operator/images", "'~operator'")]
    public async Task A_path_that_only_a_shell_understands_is_refused(string path, string word)
    {
        await File.WriteAllTextAsync(Tool.At("stores.json"), $$$$"""{"Stores":{"a":{"Type":"file","Directory":"{{{{path}}}}"}}}""");
        (await Tool.RunAsync("--config", Tool.At("stores.json"), "stores")).FailedWith(2, word);
        Assert.IsEmpty(Directory.GetDirectories(Tool.At("."), "*HOME*"));
    }
}
