using System.Text.Json;
using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Images;

/// <summary>A property that every image has: how the schema describes it, and what it may be set to.</summary>
internal sealed record ImageProperty(string Name, string Type, string Description)
{
    public const int MaxText = 255;

    /// <summary>The texts it may be; null for any.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    public bool IsNullable { get; init; }

    /// <summary>Whether only the service sets it.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether an image has it always, and it cannot be removed.</summary>
    public bool IsBase { get; init; } = true;

    /// <summary>A regular expression, for whoever reads the schema.</summary>
    public string? Pattern { get; init; }

    /// <summary>The value as its column has it.</summary>
    /// <exception cref="ApiException">400: it is not one of those that are allowed.</exception>
    public object? Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null when IsNullable => null,
        JsonValueKind.True when Type == "boolean" => 1L,
        JsonValueKind.False when Type == "boolean" => 0L,
        JsonValueKind.Number when Type == "integer" => ReadNumber(value),
        JsonValueKind.String when Type == "string" => ReadText(value),
        _ => throw ApiException.BadRequest($"'{Name}' is of the type {Type}{(IsNullable ? " or null" : "")}."),
    };

    private long ReadNumber(JsonElement value) => value.TryGetInt32(out var number) && number >= 0
        ? number
        : throw ApiException.BadRequest($"'{Name}' is a whole number from 0 to {int.MaxValue}.");

    private string ReadText(JsonElement value)
    {
        var text = JsonBody.TextOf(value, Name, MaxText);
        return Values is null || Values.Contains(text)
            ? text
            : throw ApiException.BadRequest($"'{Name}' is one of {string.Join(", ", Values)}.");
    }
}
