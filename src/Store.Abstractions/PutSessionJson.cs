using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GlanceStore;

/// <summary>The JSON form of a <see cref="PutSession"/>.</summary>
internal sealed class PutSessionJson
{
    private const string ChecksumPrefix = ChunkEntry.ChecksumAlgorithm + ":";

    public string? Store { get; set; }

    public string? Id { get; set; }

    public long? Size { get; set; }

    public string? Upload { get; set; }

    public List<ChunkRunJson?>? Plan { get; set; }

    public List<WrittenChunkJson?>? Chunks { get; set; }

    public static string Write(PutSession session) => JsonSerializer.Serialize(new PutSessionJson
    {
        Store = session.StoreId,
        Id = session.Id.Value,
        Size = session.Size,
        Upload = session.Upload,
        Plan = [.. session.Plan.Select(run => new ChunkRunJson { Count = run.Count, Length = run.Length })],
        Chunks = [.. session.Written.OrderBy(chunk => chunk.Key).Select(chunk => new WrittenChunkJson
        {
            Index = chunk.Key,
            Length = chunk.Value.Length,
            Checksum = chunk.Value.ChecksumText,
        })],
    }, PutSessionJsonContext.Default.PutSessionJson);

    public static PutSession Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return FromModel(JsonSerializer.Deserialize(json, PutSessionJsonContext.Default.PutSessionJson));
        }
        catch (JsonException e)
        {
            throw new FormatException("The session is not whole JSON of its form: it was cut short or edited, or is none.", e);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"The session contradicts itself: {Misuse.Sentence(e)}", e);
        }
    }

    private static PutSession FromModel(PutSessionJson? json) =>
        json is { Store: { } store, Id: { } id, Upload: { } upload, Plan: { } plan, Chunks: { } chunks, Size: null or >= 0 }
            ? new PutSession(store, ImageId.Parse(id), upload, [.. plan.Select(RunOf)])
            {
                Size = json.Size,
                Written = chunks.ToDictionary(chunk => chunk?.Index ?? -1, EntryOf),
            }
            : throw new FormatException("A session has a store, an id, an upload, a plan and chunks, and this text lacks one of them.");

    private static ChunkRun RunOf(ChunkRunJson? run) => run is not null
        ? new ChunkRun(run.Count, run.Length)
        : throw new FormatException("A run of a session's plan has a count and a length, and one has not.");

    private static ChunkEntry EntryOf(WrittenChunkJson? chunk) =>
        chunk is { Index: >= 0, Length: > 0, Checksum: { } text }
        && text.StartsWith(ChecksumPrefix, StringComparison.Ordinal)
        && ulong.TryParse(text.AsSpan(ChecksumPrefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var checksum)
            ? new ChunkEntry(chunk.Length, checksum)
            : throw new FormatException($"A chunk of a session has an index, a length and a checksum such as {ChecksumPrefix}0123456789abcdef, and one has not.");
}

internal sealed class ChunkRunJson
{
    public long Count { get; set; }

    public long Length { get; set; }
}

internal sealed class WrittenChunkJson
{
    public int Index { get; set; }

    public long Length { get; set; }

    public string? Checksum { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PutSessionJson))]
internal sealed partial class PutSessionJsonContext : JsonSerializerContext;
