using System.Collections.Frozen;
using System.Text.Json;

namespace GlanceStore.Drivers.File;

// What glance calls filesystem_store_metadata_file: for every mount point, what a consumer on another host needs to know of it.
internal sealed class FileMetadata
{
    private readonly IReadOnlyList<FrozenDictionary<string, string>> _entries;

    private FileMetadata(IReadOnlyList<FrozenDictionary<string, string>> entries) => _entries = entries;

    public static FileMetadata Empty { get; } = new([]);

    public static FileMetadata Read(string path, ICollection<string> mistakes)
    {
        try
        {
            using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
            return new FileMetadata(Entries(path, document.RootElement, mistakes));
        }
        catch (JsonException e)
        {
            mistakes.Add($"The metadata file '{path}' is not JSON: {e.Message.TrimEnd('.')}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            mistakes.Add($"The metadata file '{path}' cannot be read: {e.Message.TrimEnd('.')}");
        }

        return Empty;
    }

    // The first entry whose mount point the path lies under; none is no metadata.
    public IReadOnlyDictionary<string, string> For(string path) =>
        _entries.FirstOrDefault(entry => FileLocation.IsInside(entry["mountpoint"], path)) ?? FrozenDictionary<string, string>.Empty;

    private static List<FrozenDictionary<string, string>> Entries(string path, JsonElement root, ICollection<string> mistakes)
    {
        var entries = new List<FrozenDictionary<string, string>>();
        JsonElement[] elements = root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray()] : [root];
        for (var i = 0; i < elements.Length; i++)
        {
            if (FaultOf(elements[i]) is { } fault)
            {
                mistakes.Add($"Entry {i + 1} of the metadata file '{path}' {fault}");
            }
            else
            {
                entries.Add(Entry(elements[i]));
            }
        }

        return entries;
    }

    private static string? FaultOf(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            return "is not an object";
        }

        foreach (var name in (string[])["id", "mountpoint"])
        {
            if (!entry.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
            {
                return $"has no '{name}' that is a string";
            }
        }

        return entry.EnumerateObject().Where(property => !IsText(property.Value) && !IsTexts(property.Value))
            .Select(property => $"has a '{property.Name}' that is neither a string nor a list or an object of strings")
            .FirstOrDefault();
    }

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String;

    private static bool IsTexts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().All(IsText),
        JsonValueKind.Object => value.EnumerateObject().All(property => IsText(property.Value)),
        _ => false,
    };

    // Metadata is text, so a list or an object stays the JSON it was.
    private static FrozenDictionary<string, string> Entry(JsonElement entry) => entry.EnumerateObject()
        .DistinctBy(property => property.Name)
        .ToFrozenDictionary(property => property.Name, property => IsText(property.Value) ? property.Value.GetString()! : property.Value.GetRawText());
}
