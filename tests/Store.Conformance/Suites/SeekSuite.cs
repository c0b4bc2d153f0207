namespace GlanceStore.Conformance;

/// <summary>A read stream seeks where the driver reads ranges, and says so where it does not.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class SeekSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    public async Task A_stream_seeks_exactly_where_the_driver_reads_ranges()
    {
        var image = await SeedImageAsync(Chunks(2));
        await using var stream = await Store.OpenReadAsync(LocationOf(image), null, Cancellation);
        Assert.AreEqual(Capabilities.CanReadRanges, stream.CanSeek);
        if (!stream.CanSeek)
        {
            Assert.ThrowsExactly<NotSupportedException>(() => stream.Seek(1, SeekOrigin.Begin));
        }
    }

    [TestMethod]
    public Task A_seek_from_any_origin_reads_from_there() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(3, 9));
        await using var stream = await Store.OpenReadAsync(LocationOf(image), Verified(image), Cancellation);
        foreach (var (offset, origin, position) in Seeks(image.Length))
        {
            stream.Position = 10;
            Assert.AreEqual(position, stream.Seek(offset, origin));
            await AssertReadsAtAsync(stream, image, position, 100);
        }
    });

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public Task Random_seeks_read_the_right_bytes(bool verified) => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(5, 123));
        await using var store = await NewStoreAsync(new FaultPlan(), budget: TightBudget);
        await using var stream = await store.OpenReadAsync(LocationOf(image), verified ? Verified(image) : null, Cancellation);
        var random = new Random(Seed);
        for (var i = 0; i < 40; i++)
        {
            stream.Position = random.NextInt64(image.Length);
            await AssertReadsAtAsync(stream, image, stream.Position, random.Next(1, ChunkBytes + 10));
        }
    });

    [TestMethod]
    public Task A_stream_read_to_its_end_can_be_read_again() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(2, 1));
        await using var stream = await Store.OpenReadAsync(LocationOf(image), Verified(image), Cancellation);
        AssertSame(image.Bytes, await ReadToEndAsync(stream));
        stream.Position = 0;
        AssertSame(image.Bytes, await ReadToEndAsync(stream));
    });

    [TestMethod]
    public Task Beyond_the_end_there_is_nothing_to_read() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(1));
        await using var stream = await Store.OpenReadAsync(LocationOf(image), null, Cancellation);
        stream.Seek(5, SeekOrigin.End);
        Assert.AreEqual(0, await stream.ReadAsync(new byte[10], Cancellation));
        stream.Seek(-5, SeekOrigin.End);
        await AssertReadsAtAsync(stream, image, image.Length - 5, 5);
    });

    [TestMethod]
    public Task Before_the_beginning_there_is_no_place_to_seek_to() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(100);
        await using var stream = await Store.OpenReadAsync(LocationOf(image), null, Cancellation);
        stream.Position = 7;
        Assert.Throws<Exception>(() => stream.Seek(-1, SeekOrigin.Begin));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Position = -1);
        await AssertReadsAtAsync(stream, image, 7, 10);
    });

    [TestMethod]
    public Task A_stream_of_a_range_counts_from_the_ranges_first_byte() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(3));
        var options = Verified(image) with { Range = new ByteRange(Chunks(1, 5), 1000) };
        await using var stream = await Store.OpenReadAsync(LocationOf(image), options, Cancellation);
        Assert.AreEqual(1000, stream.Length);
        stream.Position = 10;
        var bytes = await ReadToEndAsync(stream);
        AssertSame(image.Bytes.AsMemory((int)Chunks(1, 15), 990), bytes);
    });

    private static (long Offset, SeekOrigin Origin, long Position)[] Seeks(long length) =>
    [
        (0, SeekOrigin.Begin, 0), (1, SeekOrigin.Begin, 1), (length - 1, SeekOrigin.Begin, length - 1), (0, SeekOrigin.Current, 10),
        (-10, SeekOrigin.Current, 0), (length / 2, SeekOrigin.Current, 10 + (length / 2)), (-1, SeekOrigin.End, length - 1),
        (-length, SeekOrigin.End, 0), (0, SeekOrigin.End, length),
    ];

    private async Task AssertReadsAtAsync(Stream stream, SampleImage image, long position, int count)
    {
        var expected = image.Bytes.AsMemory((int)position, (int)Math.Min(count, image.Length - position));
        var bytes = new byte[count];
        var read = await stream.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, Cancellation);
        AssertSame(expected, bytes.AsMemory(0, read), $"At {position}.");
        Assert.AreEqual(position + read, stream.Position);
    }
}
