using System.Text.Json.Nodes;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Discovery;

/// <summary>The schemas that clients build their options and their models from.</summary>
internal static class Schemas
{
    public static void MapSchemas(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v2/schemas/image", context => JsonBody.WriteAsync(context, Image()));
        routes.MapGet("/v2/schemas/images", context => JsonBody.WriteAsync(context, Collection("images", Image())));
        routes.MapGet("/v2/schemas/member", context => JsonBody.WriteAsync(context, Member()));
        routes.MapGet("/v2/schemas/members", context => JsonBody.WriteAsync(context, Collection("members", Member())));
    }

    // Without 'stores': glanceclient would make a read-only attribute of it, and fail to set what an image has.
    private static JsonObject Image() => new()
    {
        ["name"] = "image",
        ["properties"] = new JsonObject(ImageProperties.All.Select(property => KeyValuePair.Create(property.Name, (JsonNode?)PropertyOf(property)))),
        ["additionalProperties"] = new JsonObject { ["type"] = "string" },
        ["links"] = new JsonArray(Link("self", "{self}"), Link("enclosure", "{file}"), Link("describedby", "{schema}")),
    };

    private static JsonObject PropertyOf(ImageProperty property)
    {
        var schema = new JsonObject
        {
            ["type"] = property.IsNullable ? new JsonArray("null", property.Type) : property.Type,
            ["description"] = property.Description,
        };
        if (property.Values is { } values)
        {
            var texts = values.Select(value => (JsonNode?)value);
            schema["enum"] = new JsonArray([.. property.IsNullable ? texts.Prepend(null) : texts]);
        }

        if (property.Pattern is { } pattern)
        {
            schema["pattern"] = pattern;
        }

        if (property.Type == "array")
        {
            schema["items"] = property.Name == "tags" ? new JsonObject { ["type"] = "string", ["maxLength"] = ImageProperty.MaxText } : LocationItem();
        }

        if (property.IsReadOnly)
        {
            schema["readOnly"] = true;
        }

        if (!property.IsBase)
        {
            schema["is_base"] = false;
        }

        return schema;
    }

    private static JsonObject LocationItem() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("url", "metadata"),
        ["properties"] = new JsonObject
        {
            ["url"] = new JsonObject { ["type"] = "string", ["maxLength"] = ImageProperty.MaxText },
            ["metadata"] = new JsonObject { ["type"] = "object" },
        },
    };

    private static JsonObject Member() => new()
    {
        ["name"] = "member",
        ["properties"] = new JsonObject
        {
            ["member_id"] = Text("An identifier for the image member (tenantId)"),
            ["image_id"] = Text("An identifier for the image"),
            ["created_at"] = Text("Date and time of image member creation"),
            ["updated_at"] = Text("Date and time of last modification of image member"),
            ["status"] = new JsonObject { ["type"] = "string", ["description"] = "The status of this image member", ["enum"] = new JsonArray("pending", "accepted", "rejected") },
            ["schema"] = new JsonObject { ["type"] = "string", ["readOnly"] = true },
        },
    };

    private static JsonObject Collection(string name, JsonObject item) => new()
    {
        ["name"] = name,
        ["properties"] = new JsonObject
        {
            [name] = new JsonObject { ["type"] = "array", ["items"] = item },
            ["first"] = new JsonObject { ["type"] = "string" },
            ["next"] = new JsonObject { ["type"] = "string" },
            ["schema"] = new JsonObject { ["type"] = "string" },
        },
        ["links"] = new JsonArray(Link("first", "{first}"), Link("next", "{next}"), Link("describedby", "{schema}")),
    };

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    private static JsonNode Link(string relation, string address) => new JsonObject { ["rel"] = relation, ["href"] = address };
}
