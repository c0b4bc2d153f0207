using System.Globalization;
using GlanceStore.ImageService.Http;
using Microsoft.Extensions.Primitives;

namespace GlanceStore.ImageService.Listing;

/// <summary>One key that images are ordered by.</summary>
internal readonly record struct SortKey(string Name, bool IsDescending);

/// <summary>What a request for a list asks: how many, from where, in which order, of which.</summary>
internal sealed record ListRequest
{
    private static readonly string[] Keys = ["name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at"];

    // Each is a condition of a statement, of which SQLite nests a thousand; the default quotas allow an image 256 properties and tags together.
    private const int MostFilters = 300;

    private static readonly string[] Own = ["limit", "marker", "sort", "sort_key", "sort_dir"];

    public required int Limit { get; init; }

    public string? Marker { get; init; }

    /// <summary>The order, always a total one.</summary>
    public required IReadOnlyList<SortKey> Order { get; init; }

    /// <summary>All other parameters, in the order in which they came, repeated ones included.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Filters { get; init; }

    /// <exception cref="ApiException">400: a parameter is not of its form.</exception>
    public static ListRequest Read(IQueryCollection query, ServiceOptions options)
    {
        var filters = query.Where(parameter => !Own.Contains(parameter.Key))
            .SelectMany(parameter => parameter.Value.Select(value => KeyValuePair.Create(parameter.Key, value ?? "")))
            .ToList();
        if (filters.Count > MostFilters)
        {
            throw ApiException.BadRequest($"A list has at most {MostFilters} filters, and {filters.Count} are given.");
        }

        foreach (var (name, value) in filters)
        {
            JsonBody.Checked(name, "the name of a filter", 255);
            JsonBody.Checked(value, name, 65535);
        }

        return new ListRequest
        {
            Limit = LimitOf(query["limit"], options),
            Marker = Single(query["marker"], "marker"),
            Order = Complete(OrderOf(query)),
            Filters = filters,
        };
    }

    /// <summary>How many a page has.</summary>
    public static int LimitOf(StringValues given, ServiceOptions options)
    {
        if (Single(given, "limit") is not { } text)
        {
            return options.DefaultPage;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            ? (int)Math.Min(limit, options.LargestPage)
            : throw ApiException.BadRequest("limit param must be an integer that is not negative.");
    }

    /// <summary>A parameter that comes once; null where it does not come.</summary>
    public static string? Single(StringValues values, string name) => values.Count switch
    {
        0 => null,
        1 => JsonBody.Checked(values[0] ?? "", name, 255),
        _ => throw ApiException.BadRequest($"{name} is given {values.Count} times."),
    };

    private static List<SortKey> OrderOf(IQueryCollection query)
    {
        var (sort, keys, directions) = (query["sort"], query["sort_key"], query["sort_dir"]);
        if (sort.Count > 0)
        {
            return keys.Count + directions.Count > 0
                ? throw ApiException.BadRequest("Old and new sorting syntax cannot be combined.")
                : [.. sort.SelectMany(text => (text ?? "").Split(',')).Select(Parse)];
        }

        if (directions.Count > 1 && directions.Count != keys.Count)
        {
            throw ApiException.BadRequest("Number of sort dirs does not match the number of sort keys.");
        }

        StringValues sorted = keys.Count == 0 ? "created_at" : keys;
        return [.. sorted.Select((key, i) => KeyOf(key!, directions.Count switch { 0 => "desc", 1 => directions[0]!, _ => directions[i]! }))];
    }

    private static SortKey Parse(string text)
    {
        var parts = text.Trim().Split(':');
        return parts.Length <= 2 ? KeyOf(parts[0], parts.ElementAtOrDefault(1) ?? "desc") : throw ApiException.BadRequest($"'{text}' is not a sort key.");
    }

    private static SortKey KeyOf(string name, string direction) =>
        !Keys.Contains(name) ? throw ApiException.BadRequest($"Invalid sort key: {name}. It must be one of the following: {string.Join(", ", Keys)}.")
        : direction is "asc" or "desc" ? new SortKey(name, direction == "desc")
        : throw ApiException.BadRequest($"Invalid sort direction: {direction}");

    private static List<SortKey> Complete(List<SortKey> order)
    {
        foreach (var name in new[] { "created_at", "id" }.Where(name => order.All(key => key.Name != name)))
        {
            order.Add(new SortKey(name, order[0].IsDescending));
        }

        return [.. order.DistinctBy(key => key.Name)];
    }
}
