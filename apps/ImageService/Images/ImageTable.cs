using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Images;

/// <summary>Reads images with what belongs to them.</summary>
internal static class ImageTable
{
    /// <summary>An image that the caller may see.</summary>
    /// <exception cref="ApiException">404: there is none, or none for this caller.</exception>
    public static async Task<ImageRecord> VisibleAsync(DbSession session, Caller caller, string id)
    {
        var row = await session.FindAsync<ImageRow>("SELECT i.* FROM images i WHERE i.id = @id", new { id });
        return await VisibleAsync(session, caller, id, row);
    }

    /// <summary>An image that the caller may change, kept as it is until the transaction has ended.</summary>
    /// <exception cref="ApiException">404: there is none, or none for this caller; 403: it is another one's.</exception>
    public static async Task<ImageRecord> OwnedAsync(DbSession session, Caller caller, string id)
    {
        var row = await session.FindAsync<ImageRow>($"SELECT i.* FROM images i WHERE i.id = @id{session.ForUpdate}", new { id });
        var image = await VisibleAsync(session, caller, id, row);
        Rules.RequireOwner(caller, image.Row);
        return image;
    }

    /// <summary>The rows with what belongs to them, in the same order.</summary>
    public static async Task<IReadOnlyList<ImageRecord>> CompleteAsync(DbSession session, IReadOnlyList<ImageRow> rows)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var where = new SqlWhere();
        where.Add($"image_id IN ({string.Join(", ", rows.Select(row => where.Value(row.Id)))})");
        var properties = (await session.QueryAsync<PropertyRow>($"SELECT image_id, name, value FROM image_properties WHERE {where.Text} ORDER BY name", where.Values))
            .ToLookup(property => property.ImageId);
        var tags = (await session.QueryAsync<TagRow>($"SELECT image_id, value FROM image_tags WHERE {where.Text} ORDER BY value", where.Values))
            .ToLookup(tag => tag.ImageId, tag => tag.Value);
        var members = (await session.QueryAsync<TagRow>($"SELECT image_id, member AS value FROM image_members WHERE {where.Text} ORDER BY member", where.Values))
            .ToLookup(member => member.ImageId, member => member.Value);
        var locations = (await session.QueryAsync<LocationRow>(
            $"SELECT image_id, position, store, url, account FROM image_locations WHERE {where.Text} AND status = 'active' ORDER BY position", where.Values))
            .ToLookup(location => location.ImageId);
        return [.. rows.Select(row => new ImageRecord(row)
        {
            Properties = properties[row.Id].ToDictionary(property => property.Name, property => property.Value),
            Tags = [.. tags[row.Id]],
            Members = [.. members[row.Id]],
            Locations = [.. locations[row.Id]],
        })];
    }

    private static async Task<ImageRecord> VisibleAsync(DbSession session, Caller caller, string id, ImageRow? row)
    {
        if (row is null || ImageStatus.IsGone(row.Status))
        {
            throw ApiException.NoImage(id);
        }

        var image = (await CompleteAsync(session, [row]))[0];
        return Rules.MaySee(caller, image) ? image : throw ApiException.NoImage(id);
    }

    private sealed class PropertyRow
    {
        public string ImageId { get; init; } = "";

        public string Name { get; init; } = "";

        public string? Value { get; init; }
    }

    private sealed class TagRow
    {
        public string ImageId { get; init; } = "";

        public string Value { get; init; } = "";
    }
}
