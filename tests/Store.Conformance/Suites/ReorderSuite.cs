namespace GlanceStore.Conformance;

/// <summary>A driver's writer takes its chunks in any order, several at once, and the same one again.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class ReorderSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    private const int ImageChunks = 5;

    [TestMethod]
    public Task Chunks_written_backwards_are_the_image() => WriteAsync(chunks => chunks.Reverse());

    [TestMethod]
    public Task Chunks_written_in_random_order_are_the_image() => WriteAsync(chunks =>
    {
        var shuffled = chunks.ToArray();
        new Random(Seed).Shuffle(shuffled);
        return shuffled;
    });

    [TestMethod]
    public Task Chunks_written_twice_are_the_image() => WriteAsync(chunks => chunks.SelectMany(chunk => new[] { chunk, chunk }));

    [TestMethod]
    public Task Chunks_written_again_at_the_end_are_the_image() => WriteAsync(chunks => [.. chunks, .. chunks]);

    [TestMethod]
    public Task Chunks_written_several_at_once_are_the_image() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(ImageChunks, 3));
        await using (var writer = await OpenAsync(image))
        {
            await Parallel.ForEachAsync(
                image.Chunks(ChunkBytes, Capabilities.ChunkDigest),
                new ParallelOptions { MaxDegreeOfParallelism = Capabilities.MaxParallelChunks, CancellationToken = Cancellation },
                writer.WriteChunkAsync);
            await CommitAsync(writer, image);
        }

        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(0, 1)]
    [DataRow(1, 0)]
    public Task An_image_of_one_chunk_is_written_as_a_whole(int chunks, int more) => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(chunks, more));
        var whole = image.Chunks(ChunkBytes, Capabilities.ChunkDigest)[0];
        var intent = new WriteIntent(WriteMode.CreateNew, image.Length);
        var stored = await Driver.WriteWholeAsync(image.Id, intent, whole, image.SummaryOf(ChunkBytes), Cancellation);
        Assert.AreEqual(image.Length, stored.Size);
        Assert.AreEqual(Driver.LocationOf(image.Id).Uri, stored.Location.Uri);
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    public Task Writers_of_several_images_at_once_do_not_mix_them() => WhereItWrites(async () =>
    {
        var images = Enumerable.Range(0, 3).Select(_ => NewImage(Chunks(ImageChunks))).ToArray();
        var writers = await Task.WhenAll(images.Select(OpenAsync));
        for (var i = 0; i < ImageChunks; i++)
        {
            foreach (var (image, writer) in images.Zip(writers))
            {
                await writer.WriteChunkAsync(image.Chunks(ChunkBytes, Capabilities.ChunkDigest)[i], Cancellation);
            }
        }

        foreach (var (image, writer) in images.Zip(writers))
        {
            await CommitAsync(writer, image);
            await writer.DisposeAsync();
            await AssertStoredAsync(image);
        }
    });

    [TestMethod]
    public Task A_driver_is_done_with_the_bytes_when_a_write_returns() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(3));
        var buffer = new byte[ChunkBytes];
        await using (var writer = await OpenAsync(image))
        {
            foreach (var chunk in image.Chunks(ChunkBytes, Capabilities.ChunkDigest))
            {
                chunk.Bytes.CopyTo(buffer);
                await writer.WriteChunkAsync(chunk with { Bytes = buffer.AsMemory(0, chunk.Length) }, Cancellation);
                Array.Fill(buffer, (byte)0xEE);
            }

            await CommitAsync(writer, image);
        }

        await AssertOnlyStoredAsync(image, "A driver that keeps the buffer stores what the front puts there next.");
    });

    private Task WriteAsync(Func<IReadOnlyList<Chunk>, IEnumerable<Chunk>> order) => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(ImageChunks, 3));
        await using (var writer = await OpenAsync(image))
        {
            foreach (var chunk in order(image.Chunks(ChunkBytes, Capabilities.ChunkDigest)))
            {
                await writer.WriteChunkAsync(chunk, Cancellation);
            }

            await CommitAsync(writer, image);
        }

        await AssertOnlyStoredAsync(image);
    });

    private Task<DriverWriter> OpenAsync(SampleImage image) =>
        Driver.OpenWriteAsync(image.Id, new WriteIntent(WriteMode.CreateNew, image.Length), Cancellation).AsTask();

    private async Task CommitAsync(DriverWriter writer, SampleImage image)
    {
        var stored = await writer.CommitAsync(image.SummaryOf(ChunkBytes), Cancellation);
        Assert.AreEqual(image.Length, stored.Size);
        Assert.AreEqual(Driver.LocationOf(image.Id).Uri, stored.Location.Uri);
    }
}
