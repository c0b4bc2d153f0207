namespace GlanceStore.Cli.Tests;

[TestClass]
public sealed class BadArgumentTests : ToolTests
{
    [TestMethod]
    [DataRow("", "command")]
    [DataRow("fetch", "'fetch'")]
    [DataRow("put", "argument")]
    [DataRow("put a b", "'b'")]
    [DataRow("put a --colour", "'--colour'")]
    [DataRow("put a --id", "--id")]
    [DataRow("get", "argument")]
    [DataRow("stores --yaml", "'--yaml'")]
    [DataRow("get --colour", "Unrecognized command or argument '--colour'")]
    [DataRow("stat --colour", "Unrecognized command or argument '--colour'")]
    [DataRow("copy -x --to local", "Unrecognized command or argument '-x'")]
    [DataRow("sweep --older-than soon", "--older-than")]
    [DataRow("sweep --older-than 5", "--older-than")]
    [DataRow("sweep --older-than -5d", "-5d")]
    [DataRow("get file:///a --hedge-after 0s", "--hedge-after")]
    [DataRow("get file:///a --hedge-after 5", "--hedge-after")]
    [DataRow("get file:///a --hedge-after 2h", "--hedge-after")]
    [DataRow("get file:///a --hedge-after 1sss", "--hedge-after")]
    public async Task A_wrong_command_line_is_one_sentence(string arguments, string words) =>
        (await Tool.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))).FailedWith(2, words);

    [TestMethod]
    public async Task A_name_that_is_empty_is_refused_in_words()
    {
        await Tool.PutAsync("image", 10);
        foreach (var arguments in new string[][]
        {
            ["put", ""], ["put", Tool.At("image"), "--receipt", ""], ["get", ""], ["get", Tool.LocationOf("image"), "-o", ""],
            ["verify", "--all", ""], ["stores", "--config", ""], ["stores", "--glance-conf", ""], ["stores", "--config-dir", ""],
        })
        {
            var outcome = await Tool.RunAsync(arguments);
            outcome.FailedWith(2, "");
            Assert.DoesNotContain("Parameter", outcome.Errors);
        }
    }

    [TestMethod]
    public async Task Help_names_every_command_and_the_exit_codes()
    {
        var text = (await Tool.RunAsync("--help")).Succeeded().Text;
        foreach (var word in new[] { "put", "get", "stat", "verify", "delete", "stores", "sweep", "--config", "Exit codes" })
        {
            Assert.Contains(word, text);
        }
    }

    [TestMethod]
    [DataRow("s3://bucket/image", "No store reads locations of the scheme 's3'")]
    [DataRow("file:///etc/passwd", "")]
    [DataRow("file://", "")]
    [DataRow("://x", "no scheme")]
    [DataRow("file:///../../etc/passwd", "")]
    public async Task A_location_that_is_not_of_the_store_is_refused(string location, string words)
    {
        await Tool.PutAsync("image", 10);
        foreach (var command in new[] { "get", "stat", "verify", "delete" })
        {
            (await Tool.RunAsync(command, location)).FailedWith(2, words);
        }

        Assert.AreSequenceEqual(new[] { "image" }, Tool.Stored);
    }

    [TestMethod]
    public async Task A_location_that_climbs_out_of_the_store_is_refused()
    {
        await Tool.PutAsync("image", 10);
        (await Tool.RunAsync("get", $"file://{Tool.StoreDirectory}/../../image.json")).FailedWith(2, "");
    }

    [TestMethod]
    public async Task A_password_in_a_location_is_not_repeated()
    {
        var outcome = await Tool.RunAsync("get", "swift+https://user:hunter2@host/container/image");
        outcome.FailedWith(2, "swift+https");
        Assert.DoesNotContain("hunter2", outcome.Errors);
    }

    [TestMethod]
    [DataRow("get")]
    [DataRow("stat")]
    [DataRow("verify")]
    [DataRow("delete")]
    public async Task A_receipt_that_is_missing_truncated_or_edited_is_refused(string command)
    {
        await Tool.PutAsync("image", 1000);
        var json = await File.ReadAllTextAsync(Tool.At("image.json"));
        (await Tool.RunAsync(command, Tool.At("absent.json"))).FailedWith(2, "absent.json");
        await RefusedAsync(json[..(json.Length / 2)], "cut short");
        await RefusedAsync("", "");
        await RefusedAsync("{}", "lacks");
        await RefusedAsync("[1]", "JSON of another form");
        await RefusedAsync(json.Replace("\"store\": \"local\"", "\"store\": 7", StringComparison.Ordinal), "JSON of another form");
        await RefusedAsync(json.Replace("\"os_hash_value\"", "\"x\"", StringComparison.Ordinal), "half of them");
        await RefusedAsync(json.Replace("\"os_hash_algo\"", "\"x\"", StringComparison.Ordinal), "half of them");
        await RefusedAsync(json.Replace("\"sha512\"", "\"sha256\"", StringComparison.Ordinal), "64 hexadecimal digits");
        await RefusedAsync(json.Replace(ValueOf(json, "checksum"), "00", StringComparison.Ordinal), "32 hexadecimal digits");
        await RefusedAsync(json.Replace("\"size\": 1000", "\"size\": 999", StringComparison.Ordinal), "999.");
        await RefusedAsync(json.Replace(Tool.LocationOf("image"), "image", StringComparison.Ordinal), "no scheme.");
        await RefusedAsync(json.Replace("xxh3_64:", "crc32:", StringComparison.Ordinal), "chunk");
        await RefusedAsync(json.Replace(Tool.StoreDirectory, "/etc", StringComparison.Ordinal), "");
        Assert.AreSequenceEqual(new[] { "image" }, Tool.Stored);

        async Task RefusedAsync(string receipt, string words)
        {
            await File.WriteAllTextAsync(Tool.At("edited.json"), receipt);
            (await Tool.RunAsync(command, Tool.At("edited.json"))).FailedWith(2, words);
        }
    }

    [TestMethod]
    public async Task An_image_or_a_directory_given_for_its_receipt_is_refused()
    {
        await Tool.PutAsync("image", 100_000);
        (await Tool.RunAsync("get", Tool.At("image"))).FailedWith(2, "receipt");
        (await Tool.RunAsync("get", Tool.At("."))).FailedWith(2, "receipt that can be read: It is a directory.");
    }
}
