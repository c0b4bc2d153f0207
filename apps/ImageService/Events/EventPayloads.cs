using System.Text.Json.Nodes;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Imports;

namespace GlanceStore.ImageService.Events;

/// <summary>Images, members and tasks as glance's notifications tell them: never a location, which may lead to the data.</summary>
internal static class EventPayloads
{
    public static JsonObject Of(ServiceEvent told, ImageRecord image)
    {
        var row = image.Row;
        var isGone = ImageStatus.IsGone(row.Status);
        var payload = new JsonObject
        {
            ["id"] = row.Id,
            ["name"] = row.Name,
            ["status"] = isGone ? ImageStatus.Deleted : row.Status,
            ["created_at"] = DbTime.Text(row.CreatedAt),
            ["updated_at"] = DbTime.Text(row.UpdatedAt),
            ["min_disk"] = row.MinDisk,
            ["min_ram"] = row.MinRam,
            ["protected"] = row.Protected != 0,
            ["checksum"] = row.Checksum,
            ["owner"] = row.Owner,
            ["disk_format"] = row.DiskFormat,
            ["container_format"] = row.ContainerFormat,
            ["size"] = row.Size,
            ["virtual_size"] = row.VirtualSize,
            ["is_public"] = row.Visibility == "public",
            ["visibility"] = row.Visibility,
            ["properties"] = new JsonObject(image.Properties.Select(property => KeyValuePair.Create(property.Key, (JsonNode?)property.Value))),
            ["tags"] = new JsonArray([.. image.Tags.Select(tag => (JsonNode?)tag)]),
            ["deleted"] = isGone,
            ["deleted_at"] = isGone ? DbTime.Text(row.UpdatedAt) : null,
        };
        if (told.TellsImports)
        {
            payload[ImportRecords.ImportingProperty] = ListOf(image, ImportRecords.ImportingProperty);
            payload[ImportRecords.FailedProperty] = ListOf(image, ImportRecords.FailedProperty);
        }

        foreach (var (name, value) in told.More ?? [])
        {
            payload[name] = value?.DeepClone();
        }

        return payload;
    }

    /// <summary>A member; deleted where there is a time at which it was.</summary>
    public static JsonObject OfMember(string imageId, string member, string status, long createdAt, long updatedAt, long? deletedAt) => new()
    {
        ["image_id"] = imageId,
        ["member_id"] = member,
        ["status"] = status,
        ["created_at"] = DbTime.Text(createdAt),
        ["updated_at"] = DbTime.Text(updatedAt),
        ["deleted"] = deletedAt is not null,
        ["deleted_at"] = deletedAt is { } time ? DbTime.Text(time) : null,
    };

    // What a task was asked to do is not told, as by glance: an address may hold a password.
    public static JsonObject Of(ImportTask task) => new()
    {
        ["id"] = task.Id,
        ["type"] = task.Type,
        ["status"] = task.Status,
        ["result"] = null,
        ["owner"] = task.Owner,
        ["message"] = task.Message,
        ["expires_at"] = task.ExpiresAt is { } end ? DbTime.Text(end) : null,
        ["created_at"] = DbTime.Text(task.CreatedAt),
        ["updated_at"] = DbTime.Text(task.UpdatedAt),
        ["deleted"] = false,
        ["deleted_at"] = null,
    };

    /// <summary>How much of an image was sent, and to whom.</summary>
    public static JsonObject OfSending(ImageRow image, long bytes, Accounts.Caller receiver) => new()
    {
        ["bytes_sent"] = bytes,
        ["image_id"] = image.Id,
        ["owner_id"] = image.Owner,
        ["receiver_tenant_id"] = receiver.Project,
        ["receiver_user_id"] = receiver.User,
    };

    private static JsonArray ListOf(ImageRecord image, string property) =>
        image.Properties.GetValueOrDefault(property) is { Length: > 0 } stores ? new JsonArray([.. stores.Split(',').Select(store => (JsonNode?)store)]) : [];
}
