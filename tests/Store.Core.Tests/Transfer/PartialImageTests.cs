using System.IO.Hashing;
using static GlanceStore.Core.Tests.Transfer.SampleBytes;

namespace GlanceStore.Core.Tests.Transfer;

[TestClass]
public sealed class PartialImageTests
{
    private const int Chunk = 300_000;

    private static readonly byte[] Image = Bytes((5 * Chunk) + 7);

    private static readonly ChunkManifest Chunks = new(Image.Chunk(Chunk).Select(chunk => new ChunkEntry(chunk.Length, XxHash3.HashToUInt64(chunk))));

    [TestMethod]
    public async Task Of_a_whole_image_nothing_is_missing_and_of_none_all_is()
    {
        Assert.IsEmpty(await MissingAsync(Image));
        Assert.IsEmpty(await MissingAsync([.. Image, 1]));
        Assert.AreSequenceEqual([new ByteRange(0, Image.Length)], await MissingAsync([]));
        Assert.IsEmpty(await PartialImage.FindMissingAsync(Stream.Null, new ChunkManifest([])));
    }

    [TestMethod]
    public async Task What_was_cut_off_is_missing_from_the_chunk_on_that_it_began_in() =>
        Assert.AreSequenceEqual([new ByteRange(2 * Chunk, Image.Length - (2 * Chunk))], await MissingAsync(Image[..((3 * Chunk) - 1)]));

    [TestMethod]
    public async Task Damaged_chunks_are_missing_and_those_beside_each_other_are_one_range()
    {
        var damaged = Image.ToArray();
        foreach (var chunk in new[] { 0, 2, 3, 5 })
        {
            damaged[(chunk * Chunk) + 3] ^= 1;
        }

        Assert.AreSequenceEqual(
            [new ByteRange(0, Chunk), new ByteRange(2 * Chunk, 2 * Chunk), new ByteRange(5 * Chunk, 7)], await MissingAsync(damaged));
    }

    private static Task<IReadOnlyList<ByteRange>> MissingAsync(byte[] partial) => PartialImage.FindMissingAsync(new MemoryStream(partial), Chunks);
}
