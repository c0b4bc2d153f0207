using Microsoft.AspNetCore.Http.Extensions;

namespace GlanceStore.ImageService.Listing;

/// <summary>The addresses of the pages of a list.</summary>
internal static class PageLinks
{
    /// <summary>All parameters as they came, repeated ones too, but for the marker.</summary>
    public static string Of(string path, IQueryCollection query, string? marker)
    {
        var kept = new QueryBuilder(query.Where(parameter => parameter.Key != "marker")
            .SelectMany(parameter => parameter.Value.Select(value => KeyValuePair.Create(parameter.Key, value ?? ""))));
        if (marker is not null)
        {
            kept.Add("marker", marker);
        }

        return path + kept;
    }
}
