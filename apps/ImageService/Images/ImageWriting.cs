using GlanceStore.ImageService.Database;

namespace GlanceStore.ImageService.Images;

/// <summary>Writes what an edit changed, within the transaction that read the image.</summary>
internal static class ImageWriting
{
    /// <summary>Writes a new image; false where its id was given already.</summary>
    public static async Task<bool> TryInsertAsync(DbSession session, ImageEdit edit, long now)
    {
        var image = edit.Image.Row;
        if (await session.ExecuteAsync(
            """
            INSERT INTO images (id, status, visibility, owner, min_disk, min_ram, protected, os_hidden, id_given, created_at, updated_at)
            VALUES (@Id, @Status, @Visibility, @Owner, 0, 0, 0, 0, @IdGiven, @now, @now)
            ON CONFLICT DO NOTHING
            """,
            new { image.Id, image.Status, image.Visibility, image.Owner, image.IdGiven, now }) == 0)
        {
            return false;
        }

        await UpdateAsync(session, edit, now);
        return true;
    }

    /// <summary>Writes the columns that were set, and nothing of those that were not: an upload may be writing them.</summary>
    public static async Task UpdateAsync(DbSession session, ImageEdit edit, long now)
    {
        var id = edit.Image.Row.Id;
        var values = new Dictionary<string, object?>(edit.Columns) { ["updated_at"] = now };
        var assignments = string.Join(", ", values.Keys.Select(column => $"{column} = @{column}"));
        await session.ExecuteAsync($"UPDATE images SET {assignments} WHERE id = @id", new Dictionary<string, object?>(values) { ["id"] = id });
        await WritePropertiesAsync(session, edit, id);
        foreach (var tag in edit.Image.Tags.Except(edit.Tags))
        {
            await session.ExecuteAsync("DELETE FROM image_tags WHERE image_id = @id AND value = @tag", new { id, tag });
        }

        foreach (var tag in edit.Tags.Except(edit.Image.Tags))
        {
            await session.ExecuteAsync("INSERT INTO image_tags (image_id, value) VALUES (@id, @tag)", new { id, tag });
        }
    }

    /// <summary>Sets a property, whether the image had it or not.</summary>
    public static Task<int> SetPropertyAsync(DbSession session, string id, string name, string? value) => session.ExecuteAsync(
        """
        INSERT INTO image_properties (image_id, name, value) VALUES (@id, @name, @value)
        ON CONFLICT (image_id, name) DO UPDATE SET value = excluded.value
        """,
        new { id, name, value });

    private static async Task WritePropertiesAsync(DbSession session, ImageEdit edit, string id)
    {
        var before = edit.Image.Properties;
        foreach (var name in before.Keys.Where(name => !edit.Properties.ContainsKey(name)))
        {
            await session.ExecuteAsync("DELETE FROM image_properties WHERE image_id = @id AND name = @name", new { id, name });
        }

        foreach (var (name, value) in edit.Properties.Where(property => !before.TryGetValue(property.Key, out var old) || old != property.Value))
        {
            await SetPropertyAsync(session, id, name, value);
        }
    }
}
