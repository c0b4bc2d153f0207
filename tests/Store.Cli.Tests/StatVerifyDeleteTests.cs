using System.Security.Cryptography;

namespace GlanceStore.Cli.Tests;

[TestClass]
public sealed class StatVerifyDeleteTests : ToolTests
{
    [TestMethod]
    public async Task Stat_tells_the_size_by_location_and_by_receipt()
    {
        await Tool.PutAsync("image", 12345);
        foreach (var argument in new[] { Tool.LocationOf("image"), Tool.At("image.json") })
        {
            Assert.Contains("size          12345", (await Tool.RunAsync("stat", argument)).Succeeded().Text);
            var json = (await Tool.RunAsync("stat", argument, "--json")).Succeeded().Text;
            Assert.StartsWith("location, store, size, ", PropertiesOf(json));
            Assert.AreEqual(Tool.LocationOf("image"), ValueOf(json, "location"));
            Assert.AreEqual("local", ValueOf(json, "store"));
            Assert.AreEqual("12345", ValueOf(json, "size"));
        }
    }

    [TestMethod]
    public async Task Verify_compares_everything_the_receipt_has()
    {
        await Tool.PutAsync("image", 20_000_000);
        var outcome = (await Tool.RunAsync("verify", Tool.At("image.json"))).Succeeded();
        Assert.EndsWith("20000000 bytes, verified against chunks, md5, sha512", outcome.Text);
        var json = (await Tool.RunAsync("verify", Tool.At("image.json"), "--json")).Succeeded().Text;
        Assert.AreEqual("location, store, size, verified", PropertiesOf(json));
    }

    [TestMethod]
    public async Task Verify_finds_one_flipped_bit()
    {
        await Tool.PutAsync("image", 20_000_000);
        Corrupt("image", 12_345_678);
        (await Tool.RunAsync("verify", Tool.At("image.json"))).FailedWith(4, "");
        (await Tool.RunAsync("verify", Tool.At("image.json"), "--json")).FailedWith(4, "");
    }

    [TestMethod]
    [DataRow("checksum")]
    [DataRow("os_hash_value")]
    public async Task Verify_finds_a_receipt_whose_digest_was_edited(string field)
    {
        await Tool.PutAsync("image", 1000);
        var json = await File.ReadAllTextAsync(Tool.At("image.json"));
        var digest = ValueOf(json, field);
        var edited = (digest[0] == '0' ? '1' : '0') + digest[1..];
        await File.WriteAllTextAsync(Tool.At("image.json"), json.Replace(digest, edited, StringComparison.Ordinal));
        (await Tool.RunAsync("verify", Tool.At("image.json"))).FailedWith(4, "");
    }

    [TestMethod]
    public async Task Verify_refuses_a_receipt_whose_digest_cannot_be_computed_and_get_goes_by_its_chunks()
    {
        var bytes = await Tool.PutAsync("image", 1000);
        var json = await File.ReadAllTextAsync(Tool.At("image.json"));
        await File.WriteAllTextAsync(Tool.At("image.json"), json.Replace("\"sha512\"", "\"crc1\"", StringComparison.Ordinal));
        (await Tool.RunAsync("verify", Tool.At("image.json"))).FailedWith(2, "crc1");
        Same(bytes, (await Tool.RunAsync("get", Tool.At("image.json"))).Succeeded().Bytes);
    }

    [TestMethod]
    public async Task Verify_of_a_location_needs_a_digest()
    {
        var bytes = await Tool.PutAsync("image", 1000);
        var image = Tool.LocationOf("image");
        (await Tool.RunAsync("verify", image)).FailedWith(2, "nothing to verify");
        var outcome = await Tool.RunAsync("verify", image, "--expect", $"sha1:{Convert.ToHexString(SHA1.HashData(bytes))}");
        Assert.EndsWith("verified against sha1", outcome.Succeeded().Text);
        (await Tool.RunAsync("verify", image, "--expect", $"sha1:{new string('0', 40)}")).FailedWith(4, "sha1");
        (await Tool.RunAsync("verify", Tool.At("image.json"), "--expect", $"md5:{new string('0', 32)}")).FailedWith(2, "goes with a location");
    }

    [TestMethod]
    public async Task Delete_removes_the_image_and_nothing_else()
    {
        await Tool.PutAsync("one", 10);
        await Tool.PutAsync("two", 10);
        await Tool.PutAsync("three", 10);
        Assert.AreEqual($"deleted {Tool.LocationOf("one")}", (await Tool.RunAsync("delete", Tool.At("one.json"))).Succeeded().Text);
        var json = (await Tool.RunAsync("delete", Tool.LocationOf("two"), "--json")).Succeeded().Text;
        Assert.AreEqual("location, store, deleted", PropertiesOf(json));
        Assert.AreSequenceEqual(new[] { "three" }, Tool.Stored);
    }

    [TestMethod]
    [DataRow("stat")]
    [DataRow("delete")]
    public async Task What_is_not_there_is_not_found(string command)
    {
        await Tool.PutAsync("other", 10);
        (await Tool.RunAsync(command, Tool.LocationOf("image"))).FailedWith(3, "There is no image at");
    }

    [TestMethod]
    public async Task Verify_of_what_is_not_there_is_not_found()
    {
        await Tool.PutAsync("image", 10);
        File.Delete(Path.Combine(Tool.StoreDirectory, "image"));
        (await Tool.RunAsync("verify", Tool.At("image.json"))).FailedWith(3, "no image");
        (await Tool.RunAsync("verify", Tool.LocationOf("image"))).FailedWith(3, "no image");
    }
}
