using System.Text.Json.Nodes;

namespace GlanceStore.Interoperation;

/// <summary>What holds for every store that both can write.</summary>
public abstract class WritableStoreTests : InteroperationTests
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(70_000)]
    [DataRow(20_000_001)]
    public async Task What_Python_writes_we_find_verify_read_and_delete(int size)
    {
        var id = ImageId.New();
        var file = MakeFile(size);
        var put = await Python.PutAsync(id.Value, file);

        var location = Ours.ParseLocation(TextOf(put, "location"));
        Assert.AreEqual(Ours.LocationOf(id), location);
        Assert.AreEqual(size, (await Ours.FindAsync(location))?.Size);
        Assert.AreEqual(await Sha512Async(file), await ReadAsync(location, new("md5", TextOf(put, "checksum")), new("sha512", TextOf(put, "multihash"))));
        Assert.IsTrue(await Ours.DeleteAsync(location));
        Assert.IsFalse(await Python.DeleteAsync(TextOf(put, "location")));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(70_000)]
    [DataRow(20_000_001)]
    public async Task What_we_write_Python_sizes_reads_and_deletes(int size)
    {
        var id = ImageId.New();
        var file = MakeFile(size);
        await using var source = File.OpenRead(file);
        var receipt = await Ours.PutAsync(id, source);

        var uri = UriForPython(receipt.Location);
        Assert.AreEqual(size, await Python.SizeAsync(uri));
        var got = await Python.GetAsync(uri, At("copy"));
        Assert.AreEqual(receipt.MultiHash!.Hex, TextOf(got, "multihash"));
        Assert.AreEqual(await Sha512Async(file), TextOf(got, "multihash"));
        Assert.IsTrue(await Python.DeleteAsync(uri));
        Assert.IsNull(await Ours.FindAsync(receipt.Location));
        Assert.IsFalse(await Ours.DeleteAsync(receipt.Location));
    }

    [TestMethod]
    public async Task What_Python_wrote_a_scrub_verifies_by_what_glance_recorded_of_it()
    {
        var images = new List<IKnownImage>();
        foreach (var size in new[] { 0, 70_000, 20_000_001 })
        {
            var put = await Python.PutAsync(ImageId.New().Value, MakeFile(size));
            foreach (var (checksum, multihash) in new[] { (true, false), (false, true), (true, true) })
            {
                images.Add(KnownImage.FromJson(new JsonObject
                {
                    ["location"] = TextOf(put, "location"),
                    ["size"] = size,
                    ["checksum"] = checksum ? TextOf(put, "checksum") : null,
                    ["os_hash_algo"] = multihash ? "sha512" : null,
                    ["os_hash_value"] = multihash ? TextOf(put, "multihash") : null,
                }.ToJsonString(), (uri, _) => Ours.ParseLocation(uri)));
            }
        }

        var results = await new Scrub(Stores).RunAsync(images).ToListAsync();
        Assert.AreEqual("", string.Join('\n', results.Where(result => result.Outcome != ScrubOutcome.Whole).Select(result => $"{result}: {result.Error?.Message}")));
        Assert.AreSequenceEqual(new[] { "md5", "sha512", "md5, sha512" }, results.Take(3).Select(result => string.Join(", ", result.ComparedWith)));
        Assert.AreEqual(3 * (70_000 + 20_000_001L), results.Sum(result => result.BytesRead));
        foreach (var location in images.Select(image => image.Location).Distinct())
        {
            Assert.IsTrue(await Ours.DeleteAsync(location));
        }
    }

    [TestMethod]
    public async Task Both_give_the_same_location_size_digests_and_metadata()
    {
        var id = ImageId.New();
        var file = MakeFile(300_000);
        var theirs = await Python.PutAsync(id.Value, file);
        Assert.IsTrue(await Python.DeleteAsync(TextOf(theirs, "location")));
        await using var source = File.OpenRead(file);
        var ours = await Ours.PutAsync(id, source);

        Assert.AreEqual(TextOf(theirs, "location"), UriForPython(ours.Location));
        Assert.AreEqual((long)theirs["size"]!, ours.Size);
        Assert.AreEqual(TextOf(theirs, "checksum"), ours.Checksum!.Hex);
        Assert.AreEqual(TextOf(theirs, "multihash"), ours.MultiHash!.Hex);
        if (StoreId is not null)
        {
            Assert.AreEqual(
                string.Join(',', theirs["metadata"]!.AsObject().Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)),
                string.Join(',', ours.Metadata.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)));
        }

        Assert.IsTrue(await Ours.DeleteAsync(ours.Location));
    }
}
