using System.Security.Cryptography;

namespace GlanceStore.Cli.Tests;

[TestClass]
public sealed class GetTests : ToolTests
{
    private const int Length = 20_000_000;

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(Length)]
    public async Task An_image_comes_back_by_location_and_by_receipt_to_stdout_and_to_a_file(int length)
    {
        var bytes = await Tool.PutAsync("image", length);
        foreach (var argument in new[] { Tool.LocationOf("image"), Tool.At("image.json") })
        {
            Same(bytes, (await Tool.RunAsync("get", argument)).Succeeded().Bytes);
            Same(bytes, (await Tool.RunAsync("get", argument, "-o", "-")).Succeeded().Bytes);
            Assert.AreEqual("", (await Tool.RunAsync("get", argument, "-o", Tool.At("copy"))).Succeeded().Text);
            Same(bytes, await File.ReadAllBytesAsync(Tool.At("copy")));
        }
    }

    [TestMethod]
    [DataRow("0-0", 0, 1)]
    [DataRow("5-9", 5, 5)]
    [DataRow("8388607-8388608", 8388607, 2)]
    [DataRow("19999999-", 19999999, 1)]
    [DataRow("19999990-99999999", 19999990, 10)]
    public async Task A_range_is_read_and_with_a_receipt_verified(string range, int offset, int count)
    {
        var bytes = await Tool.PutAsync("image", Length);
        foreach (var argument in new[] { Tool.LocationOf("image"), Tool.At("image.json") })
        {
            Same(bytes[offset..(offset + count)], (await Tool.RunAsync("get", argument, "--range", range)).Succeeded().Bytes);
        }

        Corrupt("image", offset);
        (await Tool.RunAsync("get", Tool.At("image.json"), "--range", range)).FailedWith(4, "");
    }

    [TestMethod]
    public async Task A_range_that_begins_beyond_the_end_is_refused()
    {
        await Tool.PutAsync("image", 100);
        (await Tool.RunAsync("get", Tool.LocationOf("image"), "--range", "100-")).FailedWith(2, "beyond the end");
        (await Tool.RunAsync("get", Tool.At("image.json"), "--range", "100-", "-o", Tool.At("copy"))).FailedWith(2, "beyond the end");
        foreach (var image in new[] { Tool.LocationOf("image"), Tool.At("image.json") })
        {
            (await Tool.RunAsync("get", image, "--range", "9223372036854775807-")).FailedWith(2, "beyond the end");
            (await Tool.RunAsync("get", image, "--range", "100-101")).FailedWith(2, "The range 100-101 begins");
        }

        Assert.IsFalse(File.Exists(Tool.At("copy")));
    }

    [TestMethod]
    [DataRow("9-5")]
    [DataRow("5")]
    [DataRow("a-b")]
    [DataRow("1-2-3")]
    [DataRow("0-99999999999999999999")]
    [DataRow("")]
    public async Task A_range_that_is_none_is_refused(string range) =>
        (await Tool.RunAsync("get", Tool.LocationOf("image"), "--range", range)).FailedWith(2, "--range");

    [TestMethod]
    public async Task An_expected_digest_that_is_right_is_verified_and_one_that_is_wrong_leaves_no_file()
    {
        var bytes = await Tool.PutAsync("image", Length);
        var sha256 = Convert.ToHexString(SHA256.HashData(bytes));
        (await Tool.RunAsync("get", Tool.LocationOf("image"), "--expect", $"sha256:{sha256}", "-o", Tool.At("copy"))).Succeeded();
        Same(bytes, await File.ReadAllBytesAsync(Tool.At("copy")));
        File.Delete(Tool.At("copy"));

        var wrong = $"sha256:{new string('0', 64)}";
        (await Tool.RunAsync("get", Tool.LocationOf("image"), "--expect", wrong, "-o", Tool.At("copy"))).FailedWith(4, "sha256");
        (await Tool.RunAsync("get", Tool.LocationOf("image"), "--expect", wrong)).FailedWith(4, "sha256");
        OnlyTheSourceAndItsReceipt();
    }

    [TestMethod]
    public async Task A_failed_verification_leaves_an_older_output_as_it_was()
    {
        await Tool.PutAsync("image", Length);
        Corrupt("image", Length - 1);
        await File.WriteAllTextAsync(Tool.At("copy"), "older");
        (await Tool.RunAsync("get", Tool.At("image.json"), "-o", Tool.At("copy"))).FailedWith(4, "");
        Assert.AreEqual("older", await File.ReadAllTextAsync(Tool.At("copy")));
        Assert.IsEmpty(Directory.GetFiles(Tool.At("."), ".glance-store-*"));
    }

    [TestMethod]
    public async Task A_truncated_image_fails_verification()
    {
        await Tool.PutAsync("image", Length);
        using (var file = File.OpenWrite(Path.Combine(Tool.StoreDirectory, "image")))
        {
            file.SetLength(Length - 1);
        }

        (await Tool.RunAsync("get", Tool.At("image.json"), "-o", Tool.At("copy"))).FailedWith(4, "");
        OnlyTheSourceAndItsReceipt();
    }

    [TestMethod]
    public async Task An_expected_digest_does_not_go_with_a_range_and_must_be_one()
    {
        var image = Tool.LocationOf("image");
        (await Tool.RunAsync("get", image, "--range", "0-1", "--expect", "md5:00")).FailedWith(2, "does not go with --range");
        (await Tool.RunAsync("get", image, "--expect", "sha512")).FailedWith(2, "--expect");
        (await Tool.RunAsync("get", image, "--expect", "sha512:xyz")).FailedWith(2, "--expect");
        await Tool.PutAsync("image", 10);
        (await Tool.RunAsync("get", image, "--expect", "crc1:00")).FailedWith(2, "crc1");
    }

    [TestMethod]
    public async Task An_image_that_is_not_there_is_not_found()
    {
        await Tool.PutAsync("other", 10);
        (await Tool.RunAsync("get", Tool.LocationOf("image"), "-o", Tool.At("copy"))).FailedWith(3, "no image");
        Assert.IsFalse(File.Exists(Tool.At("copy")));
    }

    [TestMethod]
    public async Task An_output_that_cannot_be_made_is_refused()
    {
        await Tool.PutAsync("image", 10);
        (await Tool.RunAsync("get", Tool.LocationOf("image"), "-o", Tool.At("."))).FailedWith(2, "is a directory");
        foreach (var name in new[] { "absent/copy", new string('n', 300) })
        {
            foreach (var (place, more) in new[] { (Tool.LocationOf("image"), Array.Empty<string>()), (Tool.At("image.json"), ["--resume"]) })
            {
                var outcome = await Tool.RunAsync(["get", place, "-o", Tool.At(name), .. more]);
                outcome.FailedWith(2, $"The output file '{Tool.At(name)}' cannot be written");
                Assert.DoesNotContain(".tmp", outcome.Errors);
                Assert.DoesNotContain(".part", outcome.Errors);
            }
        }
    }

    [TestMethod]
    public async Task A_device_is_written_to_and_stays_a_device()
    {
        await Tool.PutAsync("image", Length);
        (await Tool.RunAsync("get", Tool.LocationOf("image"), "-o", "/dev/null")).Succeeded();
        (await Tool.RunAsync("get", Tool.LocationOf("image"), "-o", "/dev/full")).FailedWith(1, "space");
        using var device = File.OpenRead("/dev/null");
        Assert.AreEqual(0, device.Length);
    }

    [TestMethod]
    public async Task The_file_behind_a_link_is_replaced_and_the_link_stays()
    {
        var bytes = await Tool.PutAsync("image", 10);
        await File.WriteAllTextAsync(Tool.At("target"), "older");
        File.CreateSymbolicLink(Tool.At("link"), Tool.At("target"));
        (await Tool.RunAsync("get", Tool.LocationOf("image"), "-o", Tool.At("link"))).Succeeded();
        Assert.AreEqual(Tool.At("target"), new FileInfo(Tool.At("link")).LinkTarget);
        Same(bytes, await File.ReadAllBytesAsync(Tool.At("target")));
    }

    [TestMethod]
    public async Task A_reader_that_goes_away_ends_the_get_with_an_error()
    {
        await Tool.PutAsync("image", Length);
        using var process = Tool.Start("get", Tool.LocationOf("image"));
        await process.StandardOutput.BaseStream.ReadExactlyAsync(new byte[10]);
        process.StandardOutput.Close();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.AreEqual(1, process.ExitCode);
        Assert.Contains("pipe", errors);
    }

    private void OnlyTheSourceAndItsReceipt() => Assert.AreEqual(
        "image, image.json",
        string.Join(", ", new DirectoryInfo(Tool.At(".")).GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal)));
}
