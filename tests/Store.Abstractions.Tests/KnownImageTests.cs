namespace GlanceStore.Abstractions.Tests;

[TestClass]
public sealed class KnownImageTests
{
    private static readonly string Sha512 = string.Concat(Enumerable.Repeat("aa", 64));

    [TestMethod]
    public void Glances_record_of_an_image_is_read_without_chunks()
    {
        var image = KnownImage.FromJson($$"""
            { "id": "a", "location": "file:///srv/images/a", "store": "fast", "size": 12, "checksum": "00112233445566778899AABBCCDDEEFF",
              "os_hash_algo": "sha512", "os_hash_value": "{{Sha512}}", "min_disk": 1, "tags": ["x"] }
            """);
        Assert.AreEqual(new ImageLocation("file:///srv/images/a", "fast"), image.Location);
        Assert.AreEqual(12, image.Size);
        Assert.IsNull(image.Chunks);
        Assert.AreEqual($"md5:00112233445566778899aabbccddeeff sha512:{Sha512}", string.Join(' ', image.Digests));
    }

    [TestMethod]
    public void What_is_null_or_absent_is_not_known()
    {
        var image = KnownImage.FromJson("""{ "location": "file:///srv/images/a", "store": null, "size": null, "checksum": null, "os_hash_algo": null, "os_hash_value": null, "chunks": null }""");
        Assert.AreEqual((null, null, 0), (image.Size, image.Location.StoreId, image.Digests.Count()));
        Assert.IsEmpty(KnownImage.FromJson("""{ "location": "file:///srv/images/a" }""").Digests);
    }

    [TestMethod]
    public void What_has_chunks_is_a_receipt()
    {
        var receipt = new ImageReceipt(new ImageLocation("file:///srv/images/a", "fast"), 8, new ChunkManifest([new(8, 1)]));
        var image = KnownImage.FromJson(receipt.ToJson());
        Assert.AreEqual(receipt.ToJson(), Assert.IsInstanceOfType<ImageReceipt>(image).ToJson());
        Assert.AreEqual((8L, 1), (image.Size, image.Chunks!.Count));
    }

    [TestMethod]
    public void A_location_that_holds_a_password_is_made_by_whom_the_reader_names()
    {
        const string Json = """{ "location": "s3://key:secret@host/bucket/a", "store": "cold" }""";
        var image = KnownImage.FromJson(Json, (uri, store) => new ImageLocation(uri.Replace("key:secret@", ""), store) { Account = "parsed" });
        Assert.AreEqual(new ImageLocation("s3://host/bucket/a", "cold"), image.Location);
        Assert.AreEqual("parsed", image.Location.Account);
        var e = Assert.ThrowsExactly<FormatException>(() => KnownImage.FromJson(Json));
        Assert.Contains("holds no password", e.Message);
        Assert.DoesNotContain("secret", e.Message);
    }

    [TestMethod]
    [DataRow("""{ "size": 12 }""", "at least a location")]
    [DataRow("null", "at least a location")]
    [DataRow("""{ "location": "file:///a", "size": -1 }""", "contradicts itself")]
    [DataRow("""{ "location": "file:///a", "size": "12" }""", "another form")]
    [DataRow("""{ "location": "file:///a", "checksum": "00" }""", "contradicts itself")]
    [DataRow("""{ "location": "file:///a", "os_hash_algo": "sha512" }""", "half of them")]
    [DataRow("""{ "location": "file:///a", "chunks": [{ "length": 1, "checksum": "xxh3_64:0000000000000001" }] }""", "lacks one of them")]
    [DataRow("""{ "location": "file:///a", """, "not whole JSON")]
    public void What_is_neither_a_receipt_nor_a_record_is_refused(string json, string words) =>
        Assert.Contains(words, Assert.ThrowsExactly<FormatException>(() => KnownImage.FromJson(json)).Message);
}
