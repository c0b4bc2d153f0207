using System.Text.Json.Serialization;

namespace GlanceStore.Cli;

/// <summary>What <c>stat --json</c> prints.</summary>
internal sealed record StatJson(
    string Location,
    string Store,
    long Size,
    string? VersionTag,
    DateTimeOffset? LastModified,
    string? Digest,
    IReadOnlyDictionary<string, string> Metadata);

/// <summary>What <c>inspect --json</c> prints; <c>virtual_size</c> is null where the image does not say.</summary>
internal sealed record InspectJson(
    string Format,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? VirtualSize,
    long FileSize,
    bool Safe,
    IReadOnlyList<InspectFindingJson> Findings,
    IReadOnlyDictionary<string, string> Details);

/// <summary>A finding of what <c>inspect --json</c> prints.</summary>
internal sealed record InspectFindingJson(string Code, bool Unsafe, string Message);

/// <summary>What <c>verify --json</c> prints: <c>verified</c> names what the bytes were compared with.</summary>
internal sealed record VerifyJson(string Location, string Store, long Size, IReadOnlyList<string> Verified);

/// <summary>What <c>delete --json</c> prints.</summary>
internal sealed record DeleteJson(string Location, string Store, bool Deleted);

/// <summary>One store of what <c>stores --json</c> prints; <c>down</c> says why it serves nothing.</summary>
internal sealed record StoreJson(
    string Id,
    string? Type,
    bool Default,
    string? Description,
    int Weight,
    IReadOnlyList<string> Schemes,
    bool CanWrite,
    bool CanDelete,
    bool CanReadRanges,
    string? Down = null);

/// <summary>One image of what <c>list --json</c> prints.</summary>
internal sealed record ListedJson(string Name, string Location, string Store, long Size, string? VersionTag, DateTimeOffset? LastModified);

/// <summary>One store of what <c>usage --json</c> prints; what is unfinished is no image.</summary>
internal sealed record UsageJson(string Store, long Images, long Bytes, long Unfinished, long UnfinishedBytes);

/// <summary>
/// One finding of what <c>orphans --json</c> prints, <c>unknown</c> or <c>missing</c>; <c>name</c> is the image's, or the receipt or the id that names it.
/// </summary>
internal sealed record OrphanJson(string Finding, string Name, string? Location, string? Store, long? Size, DateTimeOffset? LastModified);

/// <summary>What <c>validate --json</c> prints; <c>left</c> is what could not be removed.</summary>
internal sealed record ValidationJson(
    string Store, string Type, string Prefix, IReadOnlyList<ValidationCaseJson> Cases, IReadOnlyList<string> Left);

/// <summary>A case of a validation; its outcome is <c>Holds</c>, <c>NotOffered</c>, <c>NotChecked</c> or <c>Fails</c>.</summary>
internal sealed record ValidationCaseJson(string Suite, string Case, string Outcome, string? Reason);

/// <summary>An image of what <c>verify --all --json</c> prints: <c>verified</c> names what the bytes of a whole one were compared with. The last line counts the outcomes.</summary>
internal sealed record ScrubbedJson(
    string Receipt,
    string Outcome,
    string? Location,
    string? Store,
    long BytesRead,
    IReadOnlyList<string>? Verified,
    IReadOnlyList<string>? Damage,
    string? Error);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(StatJson))]
[JsonSerializable(typeof(InspectJson))]
[JsonSerializable(typeof(VerifyJson))]
[JsonSerializable(typeof(DeleteJson))]
[JsonSerializable(typeof(StoreJson[]))]
[JsonSerializable(typeof(UsageJson[]))]
[JsonSerializable(typeof(ImageReceipt[]))]
[JsonSerializable(typeof(ValidationJson))]
internal sealed partial class CliJson : JsonSerializerContext;

/// <summary>What is printed line by line, each as soon as it is known.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ScrubbedJson))]
[JsonSerializable(typeof(ListedJson))]
[JsonSerializable(typeof(OrphanJson))]
[JsonSerializable(typeof(Dictionary<string, int>))]
internal sealed partial class CliJsonLines : JsonSerializerContext;
