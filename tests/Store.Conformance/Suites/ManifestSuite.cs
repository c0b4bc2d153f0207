namespace GlanceStore.Conformance;

/// <summary>The manifest is right, and with it not one wrong byte is handed over.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class ManifestSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    private const int ImageChunks = 4;

    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(0, 1)]
    [DataRow(4, 0)]
    [DataRow(4, 9)]
    public Task The_manifest_of_a_receipt_has_the_checksum_of_every_chunk(int chunks, int more) => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(chunks, more));
        var receipt = await Store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = image.Length }, Cancellation);
        Assert.AreSequenceEqual(image.ManifestOf(ChunkBytes), receipt.Chunks);
    });

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task A_corrupted_chunk_is_found_before_a_byte_of_it_is_handed_over(int chunk)
    {
        var image = await SeedImageAsync(Chunks(ImageChunks));
        await CorruptAsync(image, Chunks(chunk, ChunkBytes / 2));
        await using var stream = await Store.OpenReadAsync(LocationOf(image), Verified(image), Cancellation);
        using var handed = new MemoryStream();
        await AssertFailsAsync(StoreError.Corrupted, () => stream.CopyToAsync(handed, 1000, Cancellation));
        AssertSame(image.Bytes.AsMemory(0, (int)Chunks(chunk)), handed.ToArray(), "All chunks before it, and nothing of it.");
    }

    [TestMethod]
    public Task A_corrupted_chunk_does_not_keep_the_others_from_being_read() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(ImageChunks));
        await CorruptAsync(image, Chunks(1, 3));
        foreach (var chunk in new[] { 0, 2, 3 })
        {
            var range = new ByteRange(Chunks(chunk), ChunkBytes);
            AssertSame(image.Bytes.AsMemory((int)range.Offset, ChunkBytes), await ReadAsync(image, Verified(image) with { Range = range }));
        }

        var inside = Verified(image) with { Range = new ByteRange(Chunks(1, 100), 1) };
        await AssertFailsAsync(StoreError.Corrupted, () => ReadAsync(image, inside), "Another byte of its chunk is wrong.");
    });

    [TestMethod]
    public async Task A_corrupted_image_fails_its_digest_at_the_end()
    {
        var image = await SeedImageAsync(Chunks(2));
        await CorruptAsync(image, 10);
        var options = new ReadOptions { ExpectedDigests = [image.DigestOf("sha512")] };
        await AssertFailsAsync(StoreError.Corrupted, () => ReadAsync(image, options));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(2)]
    public async Task A_truncated_image_is_never_taken_for_whole(int chunks)
    {
        var image = await SeedImageAsync(Chunks(3));
        var size = Chunks(chunks, 10);
        if (!await Harness.TruncateAsync(LocationOf(image), size))
        {
            await Harness.SeedAsync(Store, image.Id, image.Bytes.AsMemory(0, (int)size));
        }

        using var handed = new MemoryStream();
        var error = await ErrorOfAsync(async () =>
        {
            await using var stream = await Store.OpenReadAsync(LocationOf(image), Verified(image), Cancellation);
            await stream.CopyToAsync(handed, Cancellation);
        });
        Assert.IsNotNull(error, "A truncated image was read without an error.");
        AssertSame(image.Bytes.AsMemory(0, (int)handed.Length), handed.ToArray());
    }

    [TestMethod]
    [DataRow(-1)]
    [DataRow(1)]
    public async Task A_manifest_of_another_size_is_Corrupted_at_the_opening(int difference)
    {
        var image = await SeedImageAsync(Chunks(2));
        var options = Verified(NewImage(image.Length + difference));
        await AssertFailsAsync(StoreError.Corrupted, () => Store.OpenReadAsync(LocationOf(image), options, Cancellation));
    }

    [TestMethod]
    public async Task The_manifest_of_another_image_verifies_nothing()
    {
        var image = await SeedImageAsync(Chunks(2));
        var options = Verified(NewImage(image.Length));
        await using var stream = await Store.OpenReadAsync(LocationOf(image), options, Cancellation);
        await AssertFailsAsync(StoreError.Corrupted, async () => _ = await stream.ReadAsync(new byte[1], Cancellation));
    }

    // Where the harness cannot reach the stored bytes, a damaged copy takes their place.
    private async Task CorruptAsync(SampleImage image, long offset)
    {
        if (!await Harness.CorruptAsync(LocationOf(image), offset))
        {
            var damaged = image.Bytes.ToArray();
            damaged[offset] ^= 1;
            await Harness.SeedAsync(Store, image.Id, damaged);
        }
    }
}
