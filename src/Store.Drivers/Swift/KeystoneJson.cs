using System.Text.Json;

namespace GlanceStore.Drivers.Swift;

/// <summary>Parts of Keystone's answers: absent where they are not there or are something else.</summary>
internal static class KeystoneJson
{
    public static IEnumerable<JsonElement> Items(JsonElement parent, string name) =>
        Part(parent, name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];

    public static string? Text(JsonElement parent, string name) => Part(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static JsonElement? Part(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var part) ? part : null;
}
