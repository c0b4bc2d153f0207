namespace GlanceStore.Conformance;

/// <summary>The sizes where mistakes live: none, one, and around the length of a chunk.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class SizeEdgeSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(0, 1)]
    [DataRow(1, -1)]
    [DataRow(1, 0)]
    [DataRow(1, 1)]
    [DataRow(2, -1)]
    [DataRow(2, 0)]
    [DataRow(7, 1)]
    [DataRow(17, 0)]
    public Task An_image_of_this_size_is_stored_and_verified(int chunks, int more) => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(chunks, more));
        var receipt = await Store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = image.Length }, Cancellation);
        Assert.AreEqual(image.Length, receipt.Size);
        Assert.AreEqual(image.Length, receipt.Chunks.Size);
        Assert.AreEqual(image.DigestOf("md5"), receipt.Checksum);
        AssertSame(image.Bytes, await ReadAsync(image, ReadOptions.Verify(receipt)));
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    [DataRow(0, 1)]
    [DataRow(1, 0)]
    [DataRow(1, 1)]
    [DataRow(3, 0)]
    public Task The_last_byte_of_an_image_of_this_size_can_be_read_alone(int chunks, int more) => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(chunks, more));
        var options = Verified(image) with { Range = new ByteRange(image.Length - 1) };
        AssertSame(image.Bytes.AsMemory(^1..), await ReadAsync(image, options));
    });

    [TestMethod]
    public Task A_chunk_is_as_long_as_the_driver_wants_it() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(5, 1));
        var receipt = await Store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = image.Length }, Cancellation);
        foreach (var chunk in receipt.Chunks.SkipLast(1))
        {
            Assert.IsGreaterThanOrEqualTo(Capabilities.MinChunkBytes, chunk.Length);
            Assert.IsLessThanOrEqualTo(Capabilities.MaxChunkBytes, chunk.Length);
        }

        Assert.IsLessThanOrEqualTo(Capabilities.MaxChunks, receipt.Chunks.Count);
    });
}
