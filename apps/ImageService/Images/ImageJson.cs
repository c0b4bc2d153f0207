using System.Text.Json.Nodes;
using GlanceStore.ImageService.Accounts;

namespace GlanceStore.ImageService.Images;

/// <summary>An image as the API tells it.</summary>
internal sealed class ImageJson(ServiceOptions options)
{
    public JsonObject Of(ImageRecord image, Caller caller)
    {
        var row = image.Row;
        var json = new JsonObject
        {
            ["id"] = row.Id,
            ["name"] = row.Name,
            ["status"] = row.Status,
            ["visibility"] = row.Visibility,
            ["protected"] = row.Protected != 0,
            ["os_hidden"] = row.OsHidden != 0,
            ["checksum"] = row.Checksum,
            ["os_hash_algo"] = row.OsHashAlgo,
            ["os_hash_value"] = row.OsHashValue,
            ["owner"] = row.Owner,
            ["size"] = row.Size,
            ["virtual_size"] = row.VirtualSize,
            ["container_format"] = row.ContainerFormat,
            ["disk_format"] = row.DiskFormat,
            ["created_at"] = DbTime.Text(row.CreatedAt),
            ["updated_at"] = DbTime.Text(row.UpdatedAt),
            ["tags"] = new JsonArray([.. image.Tags.Select(tag => JsonValue.Create(tag))]),
            ["min_ram"] = row.MinRam,
            ["min_disk"] = row.MinDisk,
            ["self"] = $"/v2/images/{row.Id}",
            ["file"] = $"/v2/images/{row.Id}/file",
            ["schema"] = "/v2/schemas/image",
        };
        AddPlaces(json, image, caller);
        foreach (var (name, value) in image.Properties)
        {
            json[name] = value;
        }

        return json;
    }

    private void AddPlaces(JsonObject json, ImageRecord image, Caller caller)
    {
        if (image.Locations.Count > 0)
        {
            json["stores"] = string.Join(',', image.Locations.Select(location => location.Store));
        }

        if (options.ShowImageDirectUrl && image.Locations.Count > 0)
        {
            json["direct_url"] = image.Locations[0].Url;
        }

        if (options.ShowMultipleLocations && (caller.IsAdmin || Rules.IsOwner(caller, image.Row)))
        {
            json["locations"] = new JsonArray([.. image.Locations.Select(location => new JsonObject
            {
                ["url"] = location.Url,
                ["metadata"] = new JsonObject { ["store"] = location.Store },
            })]);
        }
    }
}
