using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Listing;

/// <summary>An order in SQL, the same in both databases, and what comes after an image in it.</summary>
internal static class ListOrder
{
    /// <summary>What stands behind ORDER BY.</summary>
    public static string Text(IReadOnlyList<SortKey> order) =>
        string.Join(", ", order.Select(key => $"{ExpressionOf(key.Name)} {(key.IsDescending ? "DESC" : "ASC")}"));

    /// <summary>The condition that an image comes after <paramref name="marker"/>.</summary>
    public static string After(SqlWhere where, IReadOnlyList<SortKey> order, ImageRow marker)
    {
        string[] expressions = [.. order.Select(key => ExpressionOf(key.Name))];
        string[] values = [.. order.Select(key => where.Value(ValueOf(marker, key.Name)))];
        var alternatives = order.Select((key, i) => string.Join(" AND ",
            Enumerable.Range(0, i).Select(j => $"{expressions[j]} = {values[j]}")
                .Append($"{expressions[i]} {(key.IsDescending ? "<" : ">")} {values[i]}")));

        // The first condition says nothing new, and lets an index begin at the marker.
        return $"{expressions[0]} {(order[0].IsDescending ? "<=" : ">=")} {values[0]} AND (({string.Join(") OR (", alternatives)}))";
    }

    // Without a null: where those stand, the two databases do not agree.
    private static string ExpressionOf(string key) => key switch
    {
        "name" or "container_format" or "disk_format" => $"COALESCE(i.{key}, '')",
        "size" => "COALESCE(i.size, -1)",
        _ => $"i.{key}",
    };

    private static object ValueOf(ImageRow image, string key) => key switch
    {
        "name" => image.Name ?? "",
        "status" => image.Status,
        "container_format" => image.ContainerFormat ?? "",
        "disk_format" => image.DiskFormat ?? "",
        "size" => image.Size ?? -1,
        "created_at" => image.CreatedAt,
        "updated_at" => image.UpdatedAt,
        _ => image.Id,
    };
}
