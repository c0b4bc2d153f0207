using System.Text.Json.Nodes;
using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Imports;

namespace GlanceStore.ImageService.Discovery;

/// <summary>Which stores there are, and which ways of importing.</summary>
internal static class StoreInfos
{
    public static void MapStoreInfos(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v2/info/stores", (HttpContext context, ImageStores stores) => WriteAsync(context, stores, Short));
        routes.MapGet("/v2/info/stores/detail", (HttpContext context, ImageStores stores) =>
        {
            Rules.RequireAdmin(Caller.Of(context), "see the details of stores");
            return WriteAsync(context, stores, Detailed);
        });
        routes.MapGet("/v2/info/usage", context => JsonBody.WriteAsync(context, new JsonObject { ["usage"] = new JsonObject() }));
        routes.MapGet("/v2/info/import", (HttpContext context, ImageImports imports) => JsonBody.WriteAsync(context, new JsonObject
        {
            ["import-methods"] = new JsonObject
            {
                ["description"] = "Import methods available.",
                ["type"] = "array",
                ["value"] = new JsonArray([.. imports.Methods.Select(method => (JsonNode?)method)]),
            },
        }));
    }

    private static Task WriteAsync(HttpContext context, ImageStores stores, Func<IImageStore, JsonObject> describe) =>
        JsonBody.WriteAsync(context, new JsonObject
        {
            ["stores"] = new JsonArray([.. stores.All.Select(store =>
            {
                var json = describe(store);
                if (store.Id == stores.DefaultId)
                {
                    json["default"] = "true";
                }

                return json;
            })]),
        });

    private static JsonObject Short(IImageStore store)
    {
        var json = new JsonObject { ["id"] = store.Id };
        if (store.Info.Description is { } description)
        {
            json["description"] = description;
        }

        if (!store.Info.Driver.Capabilities.CanWrite)
        {
            json["read-only"] = "true";
        }

        return json;
    }

    private static JsonObject Detailed(IImageStore store)
    {
        var json = Short(store);
        json["type"] = store.Info.Driver.Type;
        json["weight"] = store.Info.Weight;
        json["properties"] = new JsonObject();
        return json;
    }
}
