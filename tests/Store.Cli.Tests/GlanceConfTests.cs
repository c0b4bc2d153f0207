namespace GlanceStore.Cli.Tests;

[TestClass]
public sealed class GlanceConfTests : ToolTests
{
    [TestMethod]
    public async Task Stores_of_a_glance_conf_are_those_of_the_tool()
    {
        var conf = Write("glance-api.conf", $"""
            [DEFAULT]
            enabled_backends = fast:file, cold:file, web:http
            root = {Tool.At("")}
            [glance_store]
            default_backend = cold
            [fast]
            filesystem_store_datadir = $root/fast
            store_description = the fast one
            filesystem_store_chunk_size = 65536
            [cold]
            filesystem_store_datadir = $root/cold
            """);
        Tool.MakeFile("disk", 1000);
        var outcome = await Tool.RunAsync("stores", "--glance-conf", conf);
        Assert.AreEqual(0, outcome.ExitCode, outcome.Errors);
        Assert.AreEqual(
            "fast\tfile\t-\tread-write\tthe fast one\ncold\tfile\tdefault\tread-write\t-\nweb\thttp\t-\tread-only\t-", outcome.Text);
        Assert.AreEqual(
            $"glance-store: The option 'filesystem_store_chunk_size' of [fast] is ignored ({conf}:9): chunks are as long as `ChunkBytes` says, "
            + "4 MiB by default.", outcome.Errors.TrimEnd());
        var put = (await Tool.RunAsync("put", Tool.At("disk"), "--id", "i", "--glance-conf", conf)).Succeeded().Text;
        Assert.AreEqual($"file://{Tool.At("cold")}/i", put);
        Assert.HasCount(1000, (await Tool.RunAsync("--glance-conf", conf, "get", put)).Succeeded().Bytes);
    }

    [TestMethod]
    public async Task Later_files_and_fragments_of_a_folder_come_before_earlier_ones()
    {
        var one = Write("one.conf", $"[DEFAULT]\nenabled_backends = a:file\n[glance_store]\ndefault_backend = a\n[a]\nfilesystem_store_datadir = {Tool.At("a")}");
        var two = Write("two.conf", "[a]\nstore_description = two");
        Directory.CreateDirectory(Tool.At("conf.d"));
        Write("conf.d/10.conf", "[a]\nstore_description = ten");
        Assert.AreEqual("a\tfile\tdefault\tread-write\ttwo", (await Tool.RunAsync("stores", "--glance-conf", one, "--glance-conf", two)).Succeeded().Text);
        Assert.AreEqual("a\tfile\tdefault\tread-write\tten",
            (await Tool.RunAsync("stores", "--config-dir", Tool.At("conf.d"), "--glance-conf", one, "--glance-conf", two)).Succeeded().Text);
    }

    [TestMethod]
    public async Task Every_mistake_of_a_glance_conf_is_told_of_in_one_line()
    {
        var conf = Write("glance-api.conf", "[DEFAULT]\nenabled_backends = a:file, b:cinder, c:s3\n[a]\nfilesystem_store_file_perm = 999\n[c]\ns3_store_host = geheim");
        var outcome = await Tool.RunAsync("stores", "--glance-conf", conf);
        outcome.FailedWith(2, $"'FileMode' is not a file mode in octal digits, such as 640 (filesystem_store_file_perm, {conf}:4).");
        outcome.FailedWith(2, $"The store 'b' has the type 'cinder' in 'enabled_backends' ({conf}:2), for which there is no driver here.");
        outcome.FailedWith(2, $"The store 'c' ({conf}:5) has no 's3_store_secret_key'.");
        outcome.FailedWith(2, "There is no 'default_backend' in [glance_store]");
        Assert.DoesNotContain("geheim", outcome.Errors);
    }

    [TestMethod]
    public async Task Two_kinds_of_configuration_at_once_are_refused()
    {
        var outcome = await Tool.RunAsync("stores", "--glance-conf", "a.conf", "--config", "b.json");
        outcome.FailedWith(2, "--config and --glance-conf are two configurations");
    }

    [TestMethod]
    public async Task Glance_conf_that_is_not_there_is_refused_in_one_sentence() =>
        await IsOneSentenceAsync("--glance-conf", Tool.At("absent.conf"));

    [TestMethod]
    public async Task A_folder_of_glance_conf_that_is_not_there_is_refused_in_one_sentence() => await IsOneSentenceAsync("--config-dir", Tool.At("absent.d"));

    private async Task IsOneSentenceAsync(string option, string path)
    {
        var outcome = await Tool.RunAsync("stores", option, path);
        outcome.FailedWith(2, "cannot be read");
        Assert.DoesNotContain("There is no store", outcome.Errors);
    }

    private string Write(string name, string lines)
    {
        File.WriteAllText(Tool.At(name), lines);
        return Tool.At(name);
    }
}
