using System.Text.Json;

namespace GlanceStore.Abstractions.Tests;

[TestClass]
public sealed class ImageReceiptTests
{
    private static readonly string Sha512 = string.Concat(Enumerable.Repeat("aa", 64));

    private static readonly ImageReceipt Receipt = new(
        new ImageLocation("file:///srv/images/a", "fast"), 12, new ChunkManifest([new(8, 0x0123456789abcdef), new(4, 1)]))
    {
        Checksum = new Digest("md5", "00112233445566778899aabbccddeeff"),
        MultiHash = new Digest("sha512", Sha512),
        Metadata = new Dictionary<string, string> { ["store"] = "fast" },
    };

    [TestMethod]
    public void A_receipt_is_JSON_with_glances_field_names()
    {
        using var json = JsonDocument.Parse(Receipt.ToJson());
        var root = json.RootElement;
        Assert.AreEqual("file:///srv/images/a", root.GetProperty("location").GetString());
        Assert.AreEqual("fast", root.GetProperty("store").GetString());
        Assert.AreEqual(12, root.GetProperty("size").GetInt64());
        Assert.AreEqual("00112233445566778899aabbccddeeff", root.GetProperty("checksum").GetString());
        Assert.AreEqual("sha512", root.GetProperty("os_hash_algo").GetString());
        Assert.AreEqual(Sha512, root.GetProperty("os_hash_value").GetString());
        Assert.AreEqual("xxh3_64:0123456789abcdef", root.GetProperty("chunks")[0].GetProperty("checksum").GetString());
        Assert.AreEqual(4, root.GetProperty("chunks")[1].GetProperty("length").GetInt64());
        Assert.AreEqual("fast", root.GetProperty("metadata").GetProperty("store").GetString());
    }

    [TestMethod]
    public void A_receipt_comes_back_from_its_JSON()
    {
        var back = ImageReceipt.FromJson(Receipt.ToJson());
        Assert.AreEqual(Receipt.ToJson(), back.ToJson());
        Assert.AreEqual(Receipt.Location, back.Location);
        CollectionAssert.AreEqual(Receipt.Chunks.ToArray(), back.Chunks.ToArray());
    }

    [TestMethod]
    public void What_was_found_in_an_image_comes_back_from_its_receipt()
    {
        var inspected = Receipt with
        {
            Inspection = new ImageInspection("qcow2", 4096, 12)
            {
                Details = new Dictionary<string, string> { ["cluster_size"] = "65536" },
                Findings = [new ImageFinding("backing_file", true, "It names a backing file."), new ImageFinding("dirty", false, "It was not closed.")],
            },
        };
        var back = ImageReceipt.FromJson(inspected.ToJson()).Inspection!;
        Assert.AreEqual(("qcow2", 4096, "65536"), (back.Format, back.VirtualSize, back.Details["cluster_size"]));
        CollectionAssert.AreEqual(inspected.Inspection.Findings.ToArray(), back.Findings.ToArray());
    }

    [TestMethod]
    [DataRow("""{"code":"dirty","message":"It was not closed."}""")]
    [DataRow("""{"code":"dirty","unsafe":null}""")]
    [DataRow("""{"unsafe":false}""")]
    [DataRow("null")]
    public void A_finding_that_does_not_say_whether_it_is_unsafe_is_refused(string finding)
    {
        var json = Receipt.ToJson().TrimEnd().TrimEnd('}') + $$""","disk_format":"qcow2","findings":[{{finding}}]}""";
        Assert.ThrowsExactly<FormatException>(() => ImageReceipt.FromJson(json));
    }

    [TestMethod]
    public void A_receipt_inside_a_consumers_record_is_written_the_same_way()
    {
        var json = JsonSerializer.Serialize(new { image = Receipt });
        Assert.AreEqual("sha512", JsonDocument.Parse(json).RootElement.GetProperty("image").GetProperty("os_hash_algo").GetString());
    }

    [TestMethod]
    public void A_truncated_receipt_is_refused_at_every_length()
    {
        var json = Receipt.ToJson();
        for (var length = 0; length < json.Length; length++)
        {
            Assert.ThrowsExactly<FormatException>(() => ImageReceipt.FromJson(json[..length]), $"cut after {length} characters");
        }
    }

    [TestMethod]
    [DataRow("\"size\": 12", "\"size\": 13")]
    [DataRow("\"length\": 4", "\"length\": -4")]
    [DataRow("\"length\": 4", "\"length\": 4.5")]
    [DataRow("xxh3_64:", "crc32:")]
    [DataRow("0123456789abcdef", "0123456789abcdeg")]
    [DataRow("file:///srv", "srv")]
    [DataRow("00112233445566778899aabbccddeeff", "0")]
    [DataRow("\"chunks\"", "\"pieces\"")]
    [DataRow("00112233445566778899aabbccddeeff", "00112233445566778899aabbccddee")]
    [DataRow("00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeegg")]
    [DataRow("\"sha512\"", "\"sha256\"")]
    [DataRow("\"sha512\"", "\"SHA 512\"")]
    public void An_edited_receipt_that_contradicts_itself_is_refused(string from, string to)
    {
        var json = Receipt.ToJson();
        Assert.Contains(from, json);
        Assert.ThrowsExactly<FormatException>(() => ImageReceipt.FromJson(json.Replace(from, to, StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("os_hash_algo")]
    [DataRow("os_hash_value")]
    public void A_receipt_with_half_a_multihash_is_refused(string other)
    {
        var json = Receipt.ToJson();
        var name = other == "os_hash_algo" ? "os_hash_value" : "os_hash_algo";
        var e = Assert.ThrowsExactly<FormatException>(() =>
            ImageReceipt.FromJson(json.Replace($"\"{name}\"", "\"x\"", StringComparison.Ordinal)));
        Assert.Contains("half of them", e.Message);
    }

    [TestMethod]
    public void A_receipt_with_a_multihash_of_an_unknown_algorithm_is_read()
    {
        var receipt = ImageReceipt.FromJson(Receipt.ToJson().Replace("\"sha512\"", "\"blake2b\"", StringComparison.Ordinal));
        Assert.AreEqual("blake2b", receipt.MultiHash?.Algorithm);
    }

    [TestMethod]
    [DataRow("[]")]
    [DataRow("7")]
    [DataRow("""{ "location": "memory://a/1", "size": 0, "chunks": [], "metadata": { "n": 1 } }""")]
    public void Whole_JSON_of_another_form_is_not_said_to_be_cut_short(string json)
    {
        var e = Assert.ThrowsExactly<FormatException>(() => ImageReceipt.FromJson(json));
        Assert.Contains("JSON of another form", e.Message);
        Assert.DoesNotContain("cut short", e.Message);
    }

    [TestMethod]
    public void A_manifest_finds_the_chunk_of_every_byte()
    {
        var manifest = Receipt.Chunks;
        for (var offset = 0; offset < 12; offset++)
        {
            Assert.AreEqual(offset < 8 ? 0 : 1, manifest.IndexAt(offset));
        }

        Assert.AreEqual(8, manifest.LargestChunk);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => manifest.IndexAt(12));
    }
}
