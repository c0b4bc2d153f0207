using System.Text.Json.Serialization;

namespace GlanceStore.Cli.Commands;

/// <summary>One entry of what <c>cache list --json</c> and <c>cache evict --json</c> print.</summary>
internal sealed record CachedJson(
    string OsHashAlgo, string OsHashValue, string? Format, long Size, long AllocatedBytes, bool Whole, bool InUse, DateTimeOffset LastUsed);

/// <summary>What <c>cache ensure --json</c> prints.</summary>
internal sealed record EnsuredJson(string Path, long Size, string OsHashAlgo, string OsHashValue, string? Format);

/// <summary>One entry of what <c>cache verify --json</c> prints; <c>damage</c> lists ranges as HTTP writes them.</summary>
internal sealed record CheckedJson(CachedJson Entry, long BytesRead, IReadOnlyList<string> Damage);

/// <summary>One file of what <c>cache adopt --json</c> prints.</summary>
internal sealed record AdoptedJson(string Path, string? Image, bool Adopted, string Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CachedJson))]
[JsonSerializable(typeof(EnsuredJson))]
[JsonSerializable(typeof(CheckedJson))]
[JsonSerializable(typeof(AdoptedJson))]
internal sealed partial class CacheJson : JsonSerializerContext;
