using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GlanceStore;

/// <summary>Writes and reads an <see cref="ImageReceipt"/> with glance's field names; found through the type, so any serialiser context uses it.</summary>
public sealed class ImageReceiptJsonConverter : JsonConverter<ImageReceipt>
{
    /// <inheritdoc/>
    public override ImageReceipt Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var json = JsonSerializer.Deserialize(ref reader, ReceiptJsonContext.Default.ReceiptJson);
        try
        {
            return FromModel(json);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ImageReceipt value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, ToModel(value), ReceiptJsonContext.Default.ReceiptJson);

    internal static string Write(ImageReceipt receipt) =>
        JsonSerializer.Serialize(ToModel(receipt), ReceiptJsonContext.Default.ReceiptJson);

    internal static ImageReceipt Read(string json) => Read(json, FromModel);

    internal static IKnownImage ReadKnown(string json, Func<string, string?, ImageLocation> locate) =>
        Read<IKnownImage>(json, model => model is { Chunks: null } ? KnownFromModel(model, locate) : FromModel(model));

    private static T Read<T>(string json, Func<ReceiptJson?, T> fromModel)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return fromModel(JsonSerializer.Deserialize(json, ReceiptJsonContext.Default.ReceiptJson));
        }
        catch (JsonException e)
        {
            throw new FormatException(IsWhole(json)
                ? $"The receipt is JSON of another form (line {e.LineNumber + 1}, at {e.Path}): this is not what put writes there."
                : $"The receipt is not whole JSON (line {e.LineNumber + 1}): it was cut short or edited.", e);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"The receipt contradicts itself: {Misuse.Sentence(e)}", e);
        }
    }

    private static bool IsWhole(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ReceiptJson ToModel(ImageReceipt receipt) => new()
    {
        Location = receipt.Location.Uri,
        Store = receipt.Location.StoreId,
        Account = receipt.Location.Account,
        Size = receipt.Size,
        Checksum = receipt.Checksum?.Hex,
        OsHashAlgo = receipt.MultiHash?.Algorithm,
        OsHashValue = receipt.MultiHash?.Hex,
        Chunks = [.. receipt.Chunks.Select(entry => new ChunkJson { Length = entry.Length, Checksum = entry.ChecksumText })],
        Metadata = receipt.Metadata.ToDictionary(),
        DiskFormat = receipt.Inspection?.Format,
        VirtualSize = receipt.Inspection?.VirtualSize,
        DiskDetails = receipt.Inspection?.Details.ToDictionary(),
        Findings = receipt.Inspection is { } found
            ? [.. found.Findings.Select(finding => new FindingJson { Code = finding.Code, Unsafe = finding.IsUnsafe, Message = finding.Message })]
            : null,
    };

    private static ImageReceipt FromModel(ReceiptJson? json)
    {
        if (json is not { Location: { } uri, Size: { } size, Chunks: { } chunks })
        {
            throw new FormatException("A receipt has at least a location, a size and chunks, and this text lacks one of them.");
        }

        return new ImageReceipt(new ImageLocation(uri, json.Store) { Account = json.Account }, size, new ChunkManifest(chunks.Select(EntryOf)))
        {
            Checksum = ChecksumOf(json),
            MultiHash = MultiHashOf(json),
            Metadata = json.Metadata ?? [],
            Inspection = InspectionOf(json, size),
        };
    }

    private static KnownImage KnownFromModel(ReceiptJson json, Func<string, string?, ImageLocation> locate)
    {
        if (json.Location is not { } uri)
        {
            throw new FormatException("What is known of an image has at least a location, and this text lacks it.");
        }

        var location = locate(uri, json.Store);
        return new KnownImage(location with { Account = json.Account ?? location.Account })
        {
            Size = json.Size,
            Checksum = ChecksumOf(json),
            MultiHash = MultiHashOf(json),
        };
    }

    private static Digest? ChecksumOf(ReceiptJson json) => json.Checksum is { } md5 ? new Digest("md5", md5) : null;

    private static ImageInspection? InspectionOf(ReceiptJson json, long size) => json.DiskFormat is not { } format ? null
        : new ImageInspection(format, json.VirtualSize, size)
        {
            Details = json.DiskDetails ?? [],
            Findings = [.. (json.Findings ?? []).Select(FindingOf)],
        };

    private static ImageFinding FindingOf(FindingJson? finding) => finding is { Code: { } code }
        ? new ImageFinding(code, finding.Unsafe, finding.Message ?? "")
        : throw new FormatException("A finding of a receipt has a code, and one has not.");

    private static Digest? MultiHashOf(ReceiptJson json) => (json.OsHashAlgo, json.OsHashValue) switch
    {
        (null, null) => null,
        ({ } name, { } hex) => new Digest(name, hex),
        _ => throw new FormatException("A receipt has both os_hash_algo and os_hash_value or none of them, and this one has half of them."),
    };

    private static ChunkEntry EntryOf(ChunkJson chunk)
    {
        const string Prefix = ChunkEntry.ChecksumAlgorithm + ":";
        return chunk is { Length: { } length, Checksum: { } text }
            && text.StartsWith(Prefix, StringComparison.Ordinal)
            && ulong.TryParse(text.AsSpan(Prefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var checksum)
            ? new ChunkEntry(length, checksum)
            : throw new FormatException($"A chunk of a receipt has a length and a checksum such as {Prefix}0123456789abcdef, and one has not.");
    }
}

internal sealed class ReceiptJson
{
    public string? Location { get; set; }

    public string? Store { get; set; }

    public string? Account { get; set; }

    public long? Size { get; set; }

    public string? Checksum { get; set; }

    public string? OsHashAlgo { get; set; }

    public string? OsHashValue { get; set; }

    public List<ChunkJson>? Chunks { get; set; }

    public Dictionary<string, string>? Metadata { get; set; }

    public string? DiskFormat { get; set; }

    public long? VirtualSize { get; set; }

    public Dictionary<string, string>? DiskDetails { get; set; }

    public List<FindingJson?>? Findings { get; set; }
}

internal sealed class FindingJson
{
    public string? Code { get; set; }

    [JsonRequired]
    public bool Unsafe { get; set; }

    public string? Message { get; set; }
}

internal sealed class ChunkJson
{
    public long? Length { get; set; }

    public string? Checksum { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    WriteIndented = true)]
[JsonSerializable(typeof(ReceiptJson))]
internal sealed partial class ReceiptJsonContext : JsonSerializerContext;
