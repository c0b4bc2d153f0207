using System.Globalization;
using System.Security.Cryptography;
using GlanceStore.Conformance;

namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>What of an upload that is opened again counts as there.</summary>
[TestClass]
public sealed class S3ResumeTests
{
    private const int ChunkBytes = 64 << 10;

    private static readonly SampleImage Image = new(new ImageId("image"), new SyntheticContent(7), (3 * ChunkBytes) + 5);
    private static readonly WriteIntent Staying = new(WriteMode.CreateNew, Image.Length) { StaysOpen = true };

    private readonly ScriptedS3 _server = new();

    [TestCleanup]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestMethod]
    [DataRow(S3Integrity.Md5)]
    [DataRow(S3Integrity.Crc32)]
    public async Task A_part_that_the_server_tells_another_digest_or_length_of_is_not_taken_for_written(S3Integrity integrity)
    {
        await using var driver = new S3Driver(_server.Options with { Integrity = integrity });
        var chunks = Image.Chunks(ChunkBytes, driver.Info.Capabilities.ChunkDigest);
        var writer = await driver.OpenWriteAsync(Image.Id, Staying, default);
        foreach (var chunk in chunks)
        {
            await writer.WriteChunkAsync(chunk, default);
        }

        await writer.DisposeAsync();
        _server.Script = request => request.Operation == "ListParts" ? Listed(chunks, integrity) : null;
        await using var again = await driver.ReopenWriteAsync(Image.Id, Staying, writer.Token!, default);
        var kept = new List<bool>();
        foreach (var chunk in chunks)
        {
            kept.Add(await again.TryKeepChunkAsync(chunk, default));
        }

        Assert.AreSequenceEqual(new[] { true, false, false, true }, kept);
        await again.WriteChunkAsync(chunks[1], default);
        await again.WriteChunkAsync(chunks[2], default);
        Assert.AreEqual(Image.Length, (await again.CommitAsync(Image.SummaryOf(ChunkBytes), default)).Size);
    }

    [TestMethod]
    public async Task Who_may_not_list_uploads_can_go_on_all_the_same()
    {
        await using var driver = new S3Driver(_server.Options);
        var writer = await driver.OpenWriteAsync(Image.Id, Staying, default);
        await writer.DisposeAsync();
        _server.Script = request => request.Operation == "ListUploads" ? ScriptedAnswer.Error(403, "AccessDenied") : null;
        await using var again = await driver.ReopenWriteAsync(Image.Id, Staying, writer.Token!, default);
        Assert.AreEqual(writer.Token, again.Token);
    }

    // Of the second part another digest, of the third another length.
    private static ScriptedAnswer Listed(IReadOnlyList<Chunk> chunks, S3Integrity integrity)
    {
        var parts = string.Concat(chunks.Select(chunk => string.Create(CultureInfo.InvariantCulture,
            $"<Part><PartNumber>{chunk.Index + 1}</PartNumber><Size>{chunk.Length + (chunk.Index == 2 ? 1 : 0)}</Size>{DigestOf(chunk, integrity)}</Part>")));
        return ScriptedAnswer.Xml(200, $"<ListPartsResult>{parts}<IsTruncated>false</IsTruncated></ListPartsResult>");
    }

    private static string DigestOf(Chunk chunk, S3Integrity integrity)
    {
        var md5 = MD5.HashData(chunk.Bytes.Span);
        var digest = chunk.Digest.ToArray();
        (integrity == S3Integrity.Md5 ? md5 : digest)[0] ^= (byte)(chunk.Index == 1 ? 1 : 0);
        var crc32 = integrity == S3Integrity.Crc32 ? $"<ChecksumCRC32>{Convert.ToBase64String(digest)}</ChecksumCRC32>" : "";
        return $"<ETag>\"{Convert.ToHexStringLower(md5)}\"</ETag>{crc32}";
    }
}
