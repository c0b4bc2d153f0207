using System.Text.Json.Nodes;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Imports;

/// <summary>A row of the table <c>tasks</c>: an import or a conversion that waits, is under way, or has ended.</summary>
internal sealed class ImportTask
{
    /// <summary>What Glance calls an import.</summary>
    public const string Import = "api_image_import";

    /// <summary>What Glance calls a task that makes an image of what is at an address: POST of <c>/v2/tasks</c>.</summary>
    public const string Creation = "import";

    /// <summary>What a conversion by hand is called here.</summary>
    public const string Conversion = "api_image_convert";

    /// <summary>How long a task that has ended is told: Glance's 48 hours.</summary>
    public const long KeptMicroseconds = 48L * 3600 * 1_000_000;

    public string Id { get; init; } = "";

    public string ImageId { get; init; } = "";

    public string Type { get; init; } = "";

    public string Status { get; init; } = "";

    public string? Owner { get; init; }

    public string? UserId { get; init; }

    public string? RequestId { get; init; }

    public string Input { get; init; } = "";

    public string Message { get; init; } = "";

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    public long? ExpiresAt { get; init; }

    public string? ClaimedBy { get; init; }

    public long Attempts { get; init; }

    public ImportRequest Request => ImportRequest.FromJson(Input);

    /// <summary>As a list tells it: without what it was given and what came of it.</summary>
    public JsonObject ToShortJson()
    {
        var json = ToJson();
        foreach (var name in new[] { "input", "result", "message", "image_id", "request_id", "user_id" })
        {
            json.Remove(name);
        }

        return json;
    }

    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["type"] = Type,
        ["status"] = Status,
        ["owner"] = Owner,
        ["user_id"] = UserId,
        ["request_id"] = RequestId,
        ["image_id"] = ImageId,
        ["input"] = Request is { Given: { } given } ? JsonNode.Parse(given) : InputOf(Request),
        ["result"] = Status == "success" ? new JsonObject { ["image_id"] = ImageId } : null,
        ["message"] = Message,
        ["created_at"] = DbTime.Text(CreatedAt),
        ["updated_at"] = DbTime.Text(UpdatedAt),
        ["expires_at"] = ExpiresAt is { } end ? DbTime.Text(end) : null,
        ["self"] = $"/v2/tasks/{Id}",
        ["schema"] = "/v2/schemas/task",
    };

    private JsonObject InputOf(ImportRequest request)
    {
        var method = new JsonObject { ["name"] = request.Method };
        if (request.Uri is not null)
        {
            method["uri"] = ImportRequest.ShownOf(request.Uri);
        }

        if (request.DiskFormat is not null)
        {
            method["disk_format"] = request.DiskFormat;
        }

        return new JsonObject
        {
            ["image_id"] = ImageId,
            ["import_req"] = new JsonObject { ["method"] = method, ["all_stores_must_succeed"] = request.MustAllSucceed },
            ["backend"] = new JsonArray([.. request.Stores.Select(store => (JsonNode?)store)]),
        };
    }
}
