namespace GlanceStore.Conformance;

/// <summary>Any range of an image, byte for byte and verified like the whole.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class RangeSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    private const int ImageChunks = 4;
    private const int ImageMore = 11;

    [TestMethod]
    public Task A_range_gives_its_bytes_and_no_others() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(ImageChunks, ImageMore));
        await using var store = await NewStoreAsync(new FaultPlan(), budget: TightBudget);
        foreach (var range in Ranges())
        {
            AssertSame(Part(image, range), await ReadAsync(store, image, new ReadOptions { Range = range }), $"Range {range}.");
        }
    });

    [TestMethod]
    public Task A_range_is_verified_against_the_manifest() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(ImageChunks, ImageMore));
        foreach (var range in Ranges())
        {
            await using var stream = await Store.OpenReadAsync(LocationOf(image), Verified(image) with { Range = range }, Cancellation);
            AssertSame(Part(image, range), await ReadToEndAsync(stream), $"Range {range}.");
            Assert.AreEqual(ReadVerification.Chunks, stream.Verdict.Verification);
        }
    });

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(100)]
    public Task A_range_that_begins_beyond_the_end_is_InvalidRange(int beyond) => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(1, 5));
        var options = new ReadOptions { Range = new ByteRange(image.Length + beyond, 1) };
        await AssertFailsAsync(StoreError.InvalidRange, () => ReadAsync(image, options));
    });

    [TestMethod]
    public Task An_empty_image_has_no_range() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(0);
        await AssertFailsAsync(StoreError.InvalidRange, () => ReadAsync(image, new ReadOptions { Range = new ByteRange(0) }));
    });

    [TestMethod]
    public Task A_range_of_an_image_that_is_not_there_is_NotFound() => WhereItReadsRanges(() =>
        AssertFailsAsync(StoreError.NotFound, () => ReadAsync(NewImage(1), new ReadOptions { Range = new ByteRange(0, 1) })));

    [TestMethod]
    public Task The_driver_reads_any_range_and_tells_the_size_of_the_whole() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(ImageChunks, ImageMore));
        foreach (var range in Ranges())
        {
            await using var reader = await Driver.OpenReadAsync(Driver.LocationOf(image.Id), new ReadIntent(range), Cancellation);
            Assert.AreEqual(image.Length, reader.Object.Size, $"Range {range}.");
            AssertSame(Part(image, range), await DrainAsync(reader), $"Range {range}.");
        }
    });

    [TestMethod]
    public Task The_driver_refuses_a_range_beyond_the_end() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(100);
        foreach (var range in new ByteRange[] { new(100), new(100, 1), new(101, 5) })
        {
            await AssertFailsAsync(StoreError.InvalidRange, async () =>
                await Driver.OpenReadAsync(Driver.LocationOf(image.Id), new ReadIntent(range), Cancellation), $"Range {range}.");
        }
    });

    private ByteRange[] Ranges() =>
    [
        new(0), new(0, 1), new(0, ChunkBytes), new(1, ChunkBytes), new(ChunkBytes - 1, 2), new(ChunkBytes, ChunkBytes),
        new(Chunks(1, 7), Chunks(2)), new(Chunks(ImageChunks)), new(Chunks(ImageChunks, ImageMore - 1), 1),
        new(Chunks(3, 3), Chunks(100)), new(0, Chunks(ImageChunks, ImageMore)), new(5, Chunks(ImageChunks, ImageMore)),
    ];

    private static byte[] Part(SampleImage image, ByteRange range)
    {
        var within = range.Within(image.Length);
        return image.Bytes.AsSpan((int)within.Offset, (int)within.Length!.Value).ToArray();
    }

    private async Task<byte[]> DrainAsync(DriverReader reader)
    {
        using var all = new MemoryStream();
        var buffer = new byte[10_000];
        while (await reader.ReadAsync(buffer, Cancellation) is > 0 and var count)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }
}
