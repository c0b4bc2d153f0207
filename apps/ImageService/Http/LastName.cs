using Microsoft.AspNetCore.Http.Features;

namespace GlanceStore.ImageService.Http;

/// <summary>What a caller named, at the end of a path: a tag, a member.</summary>
internal static class LastName
{
    /// <summary>From the request as it was sent: routing decodes all of a name but its slashes, and then nobody can tell a slash from <c>%2F</c>.</summary>
    public static string Of(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var path = target.Split('?', 2)[0];
        return Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
    }
}
