using System.Text.Json.Nodes;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Imports;

namespace GlanceStore.ImageService.Discovery;

/// <summary>The schemas that clients build their options and their models from.</summary>
internal static class Schemas
{
    public static void MapSchemas(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v2/schemas/image", (HttpContext context, ServiceOptions options) => JsonBody.WriteAsync(context, Image(options)));
        routes.MapGet("/v2/schemas/images", (HttpContext context, ServiceOptions options) => JsonBody.WriteAsync(context, Collection("images", Image(options))));
        routes.MapGet("/v2/schemas/member", context => JsonBody.WriteAsync(context, Member()));
        routes.MapGet("/v2/schemas/task", context => JsonBody.WriteAsync(context, TaskOf(isWhole: true)));
        routes.MapGet("/v2/schemas/tasks", context => JsonBody.WriteAsync(context, Collection("tasks", TaskOf(isWhole: false))));
        routes.MapGet("/v2/schemas/members", context => JsonBody.WriteAsync(context, Collection("members", Member())));
    }

    private static JsonObject Image(ServiceOptions options) => new()
    {
        ["name"] = "image",
        ["properties"] = new JsonObject([
            .. ImageProperties.All.Select(property => KeyValuePair.Create(property.Name, (JsonNode?)PropertyOf(property))),
            .. options.Auth.Mode == AuthMode.Keystone ? CopiesOf() : []]),
        ["additionalProperties"] = new JsonObject { ["type"] = "string" },
        ["links"] = new JsonArray(Link("self", "{self}"), Link("enclosure", "{file}"), Link("describedby", "{schema}")),
    };

    // Two clients disagree. Nova's driver for RBD, which has images copied to its store and waits for them, finds these only where the schema has
    // them; in Glance's there is 'stores' alone, so that Nova waits for a copy that failed until its time is up. The program glance, without
    // Keystone, keeps the schema in a file and makes options of it, one of which, --stores, it has already: from then on it does not start.
    private static IEnumerable<KeyValuePair<string, JsonNode?>> CopiesOf() => new[]
    {
        ("stores", "The stores that have the image's data, parted by commas"),
        (ImportRecords.ImportingProperty, "The stores that an import has yet to reach, parted by commas"),
        (ImportRecords.FailedProperty, "The stores that the last import did not reach, parted by commas"),
    }.Select(copy => KeyValuePair.Create(copy.Item1, (JsonNode?)new JsonObject { ["type"] = "string", ["description"] = copy.Item2, ["readOnly"] = true }));

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
            ["validation_data"] = new JsonObject
            {
                ["type"] = "object",
                ["description"] = "Values to be used to populate the corresponding image properties; what is at the location is compared with them.",
                ["additionalProperties"] = false,
                ["properties"] = new JsonObject
                {
                    ["checksum"] = new JsonObject { ["type"] = "string", ["minLength"] = 32, ["maxLength"] = 32 },
                    ["os_hash_algo"] = new JsonObject { ["type"] = "string", ["maxLength"] = 64 },
                    ["os_hash_value"] = new JsonObject { ["type"] = "string", ["maxLength"] = 128 },
                },
                ["required"] = new JsonArray("os_hash_algo", "os_hash_value"),
            },
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

    private static JsonObject TaskOf(bool isWhole)
    {
        var properties = new JsonObject
        {
            ["id"] = Text("An identifier for the task"),
            ["type"] = new JsonObject { ["type"] = "string", ["description"] = "The type of task represented by this content", ["enum"] = new JsonArray(ImportTask.Creation, ImportTask.Import, ImportTask.Conversion) },
            ["status"] = new JsonObject { ["type"] = "string", ["description"] = "The current status of this task", ["enum"] = new JsonArray("pending", "processing", "success", "failure") },
            ["owner"] = Nullable("string", "An identifier for the owner of this task"),
            ["image_id"] = Text("Image associated with the task"),
            ["request_id"] = Nullable("string", "Human-readable informative request-id"),
            ["user_id"] = Nullable("string", "User associated with the task"),
            ["expires_at"] = Nullable("string", "Datetime when this resource would be subject to removal"),
            ["created_at"] = Text("Datetime when this resource was created"),
            ["updated_at"] = Text("Datetime when this resource was updated"),
            ["self"] = new JsonObject { ["type"] = "string", ["readOnly"] = true },
            ["schema"] = new JsonObject { ["type"] = "string", ["readOnly"] = true },
        };
        if (isWhole)
        {
            properties["input"] = Nullable("object", "The parameters required by task, JSON blob");
            properties["result"] = Nullable("object", "The result of current task, JSON blob");
            properties["message"] = Text("Human-readable informative message only included when appropriate (usually on failure)");
        }

        return new JsonObject { ["name"] = "task", ["properties"] = properties };
    }

    private static JsonObject Nullable(string type, string description) => new() { ["type"] = new JsonArray("null", type), ["description"] = description };

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
