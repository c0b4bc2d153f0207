using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace GlanceStore.Cli.Tests;

[TestClass]
public sealed class PutTests : ToolTests
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(20_000_000)]
    public async Task A_file_is_stored_as_it_is_and_its_location_printed(int length)
    {
        var bytes = Tool.MakeFile("disk", length);
        var outcome = (await Tool.RunAsync("put", Tool.At("disk"), "--id", "image")).Succeeded();
        Assert.AreEqual(Tool.LocationOf("image"), outcome.Text);
        Same(bytes, await File.ReadAllBytesAsync(Path.Combine(Tool.StoreDirectory, "image")));
        Assert.AreSequenceEqual(new[] { "image" }, Tool.Stored);
    }

    [TestMethod]
    public async Task Without_an_id_the_image_gets_a_uuid()
    {
        Tool.MakeFile("disk", 10);
        var outcome = (await Tool.RunAsync("put", Tool.At("disk"))).Succeeded();
        Assert.IsTrue(Guid.TryParseExact(outcome.Text.Split('/')[^1], "D", out _));
    }

    [TestMethod]
    public async Task The_receipt_printed_as_JSON_has_the_fields_of_glance()
    {
        var bytes = Tool.MakeFile("disk", 100_000);
        var json = (await Tool.RunAsync("put", Tool.At("disk"), "--id", "image", "--json")).Succeeded().Text;
        Assert.AreEqual("location, store, size, checksum, os_hash_algo, os_hash_value, chunks, metadata", PropertiesOf(json));
        Assert.AreEqual(Tool.LocationOf("image"), ValueOf(json, "location"));
        Assert.AreEqual("local", ValueOf(json, "store"));
        Assert.AreEqual("100000", ValueOf(json, "size"));
        Assert.AreEqual(Convert.ToHexStringLower(MD5.HashData(bytes)), ValueOf(json, "checksum"));
        Assert.AreEqual("sha512", ValueOf(json, "os_hash_algo"));
        Assert.AreEqual(Convert.ToHexStringLower(SHA512.HashData(bytes)), ValueOf(json, "os_hash_value"));
    }

    [TestMethod]
    public async Task The_receipt_file_is_the_receipt_and_the_location_is_still_printed()
    {
        await Tool.PutAsync("image", 1000);
        var receipt = ImageReceipt.FromJson(await File.ReadAllTextAsync(Tool.At("image.json")));
        Assert.AreEqual(Tool.LocationOf("image"), receipt.Location.Uri);
        Assert.AreEqual(1000, receipt.Size);
    }

    [TestMethod]
    public async Task Another_digest_can_be_asked_for_and_the_MD5_be_left_out()
    {
        var bytes = Tool.MakeFile("disk", 5000);
        var json = (await Tool.RunAsync("put", Tool.At("disk"), "--hash", "sha256", "--no-md5", "--json")).Succeeded().Text;
        Assert.AreEqual("location, store, size, os_hash_algo, os_hash_value, chunks, metadata", PropertiesOf(json));
        Assert.AreEqual(Convert.ToHexStringLower(SHA256.HashData(bytes)), ValueOf(json, "os_hash_value"));
    }

    [TestMethod]
    public async Task A_pipe_is_stored_to_its_end_with_and_without_its_size()
    {
        var bytes = Tool.MakeFile("disk", 20_000_000);
        (await Tool.RunWithInputAsync(bytes, "put", "-", "--id", "unknown")).Succeeded();
        (await Tool.RunWithInputAsync(bytes, "put", "-", "--id", "known", "--size", "20000000")).Succeeded();
        foreach (var id in new[] { "unknown", "known" })
        {
            Same(bytes, await File.ReadAllBytesAsync(Path.Combine(Tool.StoreDirectory, id)));
        }
    }

    [TestMethod]
    public async Task A_taken_id_is_refused_and_the_image_stays_as_it_was()
    {
        var bytes = await Tool.PutAsync("image", 1000);
        Tool.MakeFile("other", 2000);
        (await Tool.RunAsync("put", Tool.At("other"), "--id", "image")).FailedWith(5, "already. Give --replace to replace it, or another --id.");
        Same(bytes, await File.ReadAllBytesAsync(Path.Combine(Tool.StoreDirectory, "image")));
    }

    [TestMethod]
    public async Task Replace_puts_the_new_image_in_the_place_of_the_old()
    {
        await Tool.PutAsync("image", 1000);
        var bytes = Tool.MakeFile("other", 2000);
        (await Tool.RunAsync("put", Tool.At("other"), "--id", "image", "--replace")).Succeeded();
        Same(bytes, await File.ReadAllBytesAsync(Path.Combine(Tool.StoreDirectory, "image")));
    }

    [TestMethod]
    [DataRow("999")]
    [DataRow("1001")]
    [DataRow("0")]
    public async Task A_source_of_another_size_than_declared_is_not_stored(string size)
    {
        var bytes = Tool.MakeFile("disk", 1000);
        (await Tool.RunAsync("put", Tool.At("disk"), "--size", size)).FailedWith(4, "declared");
        (await Tool.RunWithInputAsync(bytes, "put", "-", "--size", size)).FailedWith(4, "declared");
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    [DataRow("a/b")]
    [DataRow("..")]
    [DataRow("../x")]
    [DataRow("")]
    [DataRow("a b")]
    [DataRow("a\nb")]
    public async Task An_id_that_is_none_is_refused(string id)
    {
        Tool.MakeFile("disk", 10);
        (await Tool.RunAsync("put", Tool.At("disk"), "--id", id)).FailedWith(2, "is not an image id");
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    public async Task An_id_of_300_characters_is_refused()
    {
        Tool.MakeFile("disk", 10);
        (await Tool.RunAsync("put", Tool.At("disk"), "--id", new string('a', 300))).FailedWith(2, "this one has 300");
    }

    [TestMethod]
    public async Task A_source_that_is_no_readable_file_is_refused()
    {
        (await Tool.RunAsync("put", Tool.At("absent"))).FailedWith(2, "cannot be read");
        (await Tool.RunAsync("put", Tool.At("."))).FailedWith(2, "is a directory");
        (await Tool.RunAsync("put", "")).FailedWith(2, "cannot be read");
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    [UnsupportedOSPlatform("windows")]
    public async Task A_source_without_permission_is_refused()
    {
        if (Environment.IsPrivilegedProcess)
        {
            Assert.Inconclusive("Root may read every file.");
        }

        Tool.MakeFile("disk", 10);
        File.SetUnixFileMode(Tool.At("disk"), UnixFileMode.None);
        (await Tool.RunAsync("put", Tool.At("disk"))).FailedWith(2, "cannot be read");
    }

    [TestMethod]
    public async Task A_source_that_fails_leaves_nothing_behind()
    {
        // Opens, and the first read of address 0 is an I/O error.
        (await Tool.RunAsync("put", "/proc/self/mem")).FailedWith(1, "error");
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    public async Task An_unknown_digest_a_wrong_size_and_an_unknown_store_are_refused()
    {
        Tool.MakeFile("disk", 10);
        (await Tool.RunAsync("put", Tool.At("disk"), "--hash", "crc1")).FailedWith(2, "crc1");
        (await Tool.RunAsync("put", Tool.At("disk"), "--size", "ten")).FailedWith(2, "not a number of bytes");
        (await Tool.RunAsync("put", Tool.At("disk"), "--store", "cold")).FailedWith(2, "There is no store 'cold'; there is 'local'");
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    public async Task A_receipt_that_cannot_be_written_is_found_out_before_the_image_is_stored()
    {
        Tool.MakeFile("disk", 10);
        (await Tool.RunAsync("put", Tool.At("disk"), "--receipt", Tool.At("absent/r.json"))).FailedWith(2, "cannot be written");
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    public async Task A_receipt_that_fails_once_the_image_is_stored_does_not_keep_where_it_is()
    {
        var bytes = Tool.MakeFile("disk", 10);
        var outcome = await Tool.RunAsync("put", Tool.At("disk"), "--id", "image", "--receipt", "/dev/full");
        outcome.FailedWith(1, $"'{Tool.LocationOf("image")}', whose receipt could not be written");
        Same(bytes, (await Tool.RunAsync("get", Tool.LocationOf("image"))).Succeeded().Bytes);
    }

    [TestMethod]
    public async Task A_put_that_fails_leaves_no_receipt()
    {
        Tool.MakeFile("disk", 10);
        (await Tool.RunAsync("put", Tool.At("disk"), "--size", "9", "--receipt", Tool.At("r.json"))).FailedWith(4, "declared");
        Assert.IsEmpty(Directory.GetFiles(Tool.At("."), "*.json"));
        Assert.IsEmpty(Directory.GetFiles(Tool.At("."), ".glance-store-*"));
    }
}
