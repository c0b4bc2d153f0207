using System.Text.Json.Nodes;
using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Discovery;

/// <summary>Which versions of the API there are: what clients ask first.</summary>
internal static class Versions
{
    private const string Current = "2.15";

    private static readonly string[] Supported = ["2.13", "2.12", "2.11", "2.10", "2.9", "2.8", "2.7", "2.6", "2.5", "2.4", "2.3", "2.2", "2.1", "2.0"];

    /// <summary>At the root several choices, as Glance tells them; elsewhere the document itself.</summary>
    public static void MapVersions(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", context => WriteAsync(context, StatusCodes.Status300MultipleChoices));
        routes.MapGet("/versions", context => WriteAsync(context, StatusCodes.Status200OK));

        // Clients whose endpoint ends in /v2 look for the versions there.
        routes.MapGet("/v2", context => WriteAsync(context, StatusCodes.Status200OK));
    }

    private static Task WriteAsync(HttpContext context, int status)
    {
        var self = $"{context.Request.Scheme}://{context.Request.Host}/v2/";
        var versions = Supported.Select(id => Version(id, "SUPPORTED", self)).Prepend(Version(Current, "CURRENT", self));
        return JsonBody.WriteAsync(context, new JsonObject { ["versions"] = new JsonArray([.. versions]) }, status);
    }

    private static JsonNode Version(string id, string status, string self) => new JsonObject
    {
        ["id"] = $"v{id}",
        ["status"] = status,
        ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = self }),
    };
}
