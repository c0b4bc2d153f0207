using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace GlanceStore.Cli.Tests;

/// <summary><c>cache</c>: the images on this host.</summary>
[TestClass]
public sealed class CacheTests
{
    private const int Length = (5 << 20) + 3;

    [TestMethod]
    public async Task Ensure_prints_the_name_of_a_file_that_is_the_image_and_fetches_it_once()
    {
        using var tool = new Tool();
        var bytes = await tool.PutAsync("a", Length);
        var path = (await CacheAsync(tool, "ensure", tool.At("a.json"))).Succeeded().Text;
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(path));

        File.Delete(Path.Combine(tool.StoreDirectory, "a"));
        Assert.AreEqual(path, (await CacheAsync(tool, "ensure", tool.At("a.json"), "--clone", tool.At("guest.raw"))).Succeeded().Text);
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(tool.At("guest.raw")));
        (await CacheAsync(tool, "ensure", tool.At("a.json"), "--clone", tool.At("guest.raw"))).FailedWith(5, "guest.raw");
    }

    [TestMethod]
    public async Task Ensure_of_a_location_takes_the_digest_that_it_is_told()
    {
        using var tool = new Tool();
        var bytes = await tool.PutAsync("a", Length);
        var digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
        var file = JsonDocument.Parse((await CacheAsync(tool, "ensure", tool.LocationOf("a"), "--expect", digest, "--format", "raw", "--json")).Succeeded().Text).RootElement;
        Assert.AreEqual(Length, file.GetProperty("size").GetInt64());
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.GetProperty("path").GetString()!));

        (await CacheAsync(tool, "ensure", tool.LocationOf("a"))).FailedWith(2, "--expect");
        (await CacheAsync(tool, "ensure", tool.LocationOf("a"), "--expect", $"sha256:{new string('0', 64)}")).FailedWith(4, "sha256");
        (await CacheAsync(tool, "ensure", tool.LocationOf("a"), "--expect", $"md5:{new string('0', 32)}")).FailedWith(1, "forged");
        (await CacheAsync(tool, "ensure", tool.LocationOf("b"), "--expect", digest)).FailedWith(3, "no image");
        (await CacheAsync(tool, "ensure", tool.At("a.json"), "--format", "qcow2")).FailedWith(2, "qcow2");
    }

    [TestMethod]
    public async Task What_is_damaged_on_this_host_is_told_and_mended_by_the_next_ensure()
    {
        using var tool = new Tool();
        var bytes = await tool.PutAsync("a", Length);
        var path = (await CacheAsync(tool, "ensure", tool.At("a.json"))).Succeeded().Text;
        Assert.EndsWith("right", (await CacheAsync(tool, "verify")).Succeeded().Text);
        await using (var file = new FileStream(path, FileMode.Open))
        {
            file.WriteByte((byte)~bytes[0]);
        }

        var outcome = await CacheAsync(tool, "verify", "--rate", "1GiB");
        Assert.AreEqual(4, outcome.ExitCode);
        Assert.Contains("damaged at 0-", outcome.Text);
        (await CacheAsync(tool, "ensure", tool.At("a.json"))).Succeeded();
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(path));
    }

    [TestMethod]
    public async Task List_and_evict_tell_what_is_here_and_what_went()
    {
        using var tool = new Tool();
        await tool.PutAsync("a", Length);
        await tool.PutAsync("b", Length + 1);
        await CacheAsync(tool, "ensure", tool.At("a.json"));
        await CacheAsync(tool, "ensure", tool.At("b.json"));
        var listed = (await CacheAsync(tool, "list")).Succeeded().Text.Split('\n').Select(line => line.Split('\t')).ToArray();
        Assert.HasCount(2, listed);
        Assert.IsTrue(listed.All(entry => entry[1] == "as stored" && entry[4] == "whole" && entry[5] == "free"));

        (await CacheAsync(tool, "evict", listed[0][0])).Succeeded();
        (await CacheAsync(tool, "evict", listed[0][0])).FailedWith(3, listed[0][0]);
        Assert.AreEqual(listed[1][0], (await CacheAsync(tool, "evict", "--to", "1MiB")).Succeeded().Text.Split('\t')[0]);
        Assert.AreEqual("", (await CacheAsync(tool, "list", "--json")).Succeeded().Text);
        (await CacheAsync(tool, "evict")).FailedWith(2, "--to");
        (await CacheAsync(tool, "evict", "--to", "much")).FailedWith(2, "much");
        (await CacheAsync(tool, "evict", "much")).FailedWith(2, "much");
    }

    [TestMethod]
    public async Task A_cache_that_is_full_makes_room()
    {
        using var tool = new Tool();
        await tool.PutAsync("a", Length);
        await tool.PutAsync("b", Length + 1);
        await CacheAsync(tool, "ensure", tool.At("a.json"), "--max-bytes", "8MiB");
        (await CacheAsync(tool, "ensure", tool.At("b.json"), "--max-bytes", "8MiB")).Succeeded();
        Assert.HasCount(1, (await CacheAsync(tool, "list")).Succeeded().Text.Split('\n'));
        (await CacheAsync(tool, "ensure", tool.At("a.json"), "--max-bytes", "1MiB")).FailedWith(1, "MaxBytes");
    }

    [TestMethod]
    public async Task Adopt_tells_of_each_file_of_the_other_cache()
    {
        using var tool = new Tool();
        var bytes = await tool.PutAsync("a", Length);
        var (nova, receipts) = (Directory.CreateDirectory(tool.At("_base")).FullName, Directory.CreateDirectory(tool.At("receipts")).FullName);
        File.Copy(tool.At("a.json"), Path.Combine(receipts, "a.json"));
        await File.WriteAllBytesAsync(Path.Combine(nova, Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes("a")))), bytes);
        await File.WriteAllTextAsync(Path.Combine(nova, "other"), "");
        var told = (await CacheAsync(tool, "adopt", nova, "--receipts", receipts)).Succeeded().Text;
        Assert.Contains("\ta\tadopted\t", told);
        Assert.Contains("other\t-\tleft\t", told);

        File.Delete(Path.Combine(tool.StoreDirectory, "a"));
        (await CacheAsync(tool, "ensure", tool.At("a.json"))).Succeeded();
        (await CacheAsync(tool, "adopt", tool.At("nowhere"), "--receipts", receipts)).FailedWith(3, "nowhere");
    }

    [TestMethod]
    [UnsupportedOSPlatform("windows")]
    public async Task A_directory_that_others_can_write_to_is_refused()
    {
        using var tool = new Tool();
        await tool.PutAsync("a", 10);
        Directory.CreateDirectory(tool.At("cache"));
        File.SetUnixFileMode(tool.At("cache"), (UnixFileMode)0b111_111_111);
        (await CacheAsync(tool, "ensure", tool.At("a.json"))).FailedWith(2, "chmod");
    }

    private static Task<Outcome> CacheAsync(Tool tool, string command, params string[] arguments) => tool.RunAsync(["cache", command, "--cache", tool.At("cache"), .. arguments]);
}
