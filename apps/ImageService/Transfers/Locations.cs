using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>An image's data: where they are, in the order in which they are tried, and the receipt of the first place, which verifies them all.</summary>
internal sealed record StoredData(ImageReceipt Receipt, IReadOnlyList<ImageLocation> Places);

/// <summary>The places of an image, each with the receipt that verifies it.</summary>
internal static class Locations
{
    // More places than an image ever has.
    private const long Far = 1 << 20;

    /// <summary>Notes one more place, behind those there are.</summary>
    public static Task<int> AddAsync(DbSession session, string imageId, ImageReceipt receipt) => session.ExecuteAsync(
        """
        INSERT INTO image_locations (image_id, position, store, url, account, status, receipt)
        SELECT @imageId, COALESCE(MAX(position), -1) + 1, @store, @url, @account, 'active', @receipt FROM image_locations WHERE image_id = @imageId
        """,
        new
        {
            imageId,
            store = receipt.Location.StoreId,
            url = receipt.Location.Uri,
            account = receipt.Location.Account,
            receipt = receipt.ToJson(),
        });

    /// <summary>
    /// Notes a place of which the image has nothing yet, or nothing any more, so that what is there is nobody else's, and is removed at last; nothing where it
    /// is noted already.
    /// </summary>
    /// <param name="session">The transaction.</param>
    /// <param name="imageId">The image.</param>
    /// <param name="place">Where.</param>
    /// <param name="status"><c>converting</c> while something is made there, <c>discarded</c> where it is to be removed.</param>
    public static async Task<int> NoteAsync(DbSession session, string imageId, ImageLocation place, string status)
    {
        // Whoever else notes a place of the image at this moment would take the same position, which is no reason to note nothing.
        await session.FindAsync<string>($"SELECT id FROM images WHERE id = @imageId{session.ForUpdate}", new { imageId });
        return await session.ExecuteAsync(
            """
            INSERT INTO image_locations (image_id, position, store, url, account, status, receipt)
            SELECT @imageId, COALESCE(MAX(position), -1) + 1, @store, @url, @account, @status, '' FROM image_locations WHERE image_id = @imageId
            ON CONFLICT (url, COALESCE(account, '')) WHERE url < 'http' OR url >= 'httq' DO NOTHING
            """,
            new { imageId, store = place.StoreId, url = place.Uri, account = place.Account, status });
    }

    /// <summary>
    /// Takes a place to remove what is there, until its lease ends; false where another process removes it, or it is not what it was: its position another one's, or
    /// its image there again.
    /// </summary>
    public static async Task<bool> TryClaimAsync(DbSession session, LocationRow place, string token, long until, long now) => await session.ExecuteAsync(
        """
        UPDATE image_locations SET claimed_by = @token, lease_until = @until
        WHERE image_id = @ImageId AND position = @Position AND url = @Url AND status = @Status AND (lease_until IS NULL OR lease_until < @now)
            AND (status <> 'active' OR EXISTS (SELECT 1 FROM images WHERE id = @ImageId AND status = 'pending_delete'))
        """,
        new { place.ImageId, place.Position, place.Url, place.Status, token, until, now }) == 1;

    /// <summary>Moves the lease of a place on; 0 where it is another one's.</summary>
    public static Task<int> RenewAsync(DbSession session, string imageId, string token, long until) => session.ExecuteAsync(
        "UPDATE image_locations SET lease_until = @until WHERE image_id = @imageId AND claimed_by = @token", new { imageId, token, until });

    /// <summary>Gives a place back, with its data; 0 where it is another one's.</summary>
    public static Task<int> ReleaseAsync(DbSession session, string imageId, string token) => session.ExecuteAsync(
        "UPDATE image_locations SET claimed_by = NULL, lease_until = NULL WHERE image_id = @imageId AND claimed_by = @token", new { imageId, token });

    /// <summary>Notes one more place at an index among those there are; they move on behind it.</summary>
    public static async Task InsertAsync(DbSession session, string imageId, int index, ImageReceipt receipt)
    {
        var positions = await session.QueryAsync<long>("SELECT position FROM image_locations WHERE image_id = @imageId AND status = 'active' ORDER BY position", new { imageId });
        await AddAsync(session, imageId, receipt);
        if (index < positions.Count)
        {
            // By more than there are, so that no two have the same for a moment; and then the new one takes the free place.
            await session.ExecuteAsync(
                """
                UPDATE image_locations SET position = position + @far WHERE image_id = @imageId AND position >= @at
                """,
                new { imageId, at = positions[index], far = Far });
            await session.ExecuteAsync("UPDATE image_locations SET position = @at WHERE image_id = @imageId AND url = @Uri", new { imageId, at = positions[index], receipt.Location.Uri });
        }
    }

    /// <summary>What a read of an image needs, or null where it has no data.</summary>
    public static async Task<StoredData?> FindAsync(DbSession session, string imageId)
    {
        var places = await session.QueryAsync<Place>(
            "SELECT store, url, account FROM image_locations WHERE image_id = @imageId AND status = 'active' ORDER BY position", new { imageId });
        return await FindReceiptAsync(session, imageId, null) is { } receipt
            ? new StoredData(ImageReceipt.FromJson(receipt), [.. places.Select(place => new ImageLocation(place.Url, place.Store) { Account = place.Account })])
            : null;
    }

    /// <summary>The receipt, as it was kept, of the image's first place, or of that in a store; null where there is none.</summary>
    public static Task<string?> FindReceiptAsync(DbSession session, string imageId, string? store) => session.FindAsync<string>(
        """
        SELECT receipt FROM image_locations WHERE image_id = @imageId AND status = 'active' AND LOWER(store) = LOWER(COALESCE(@store, store))
        ORDER BY position LIMIT 1
        """,
        new { imageId, store });

    private sealed class Place
    {
        public string Store { get; init; } = "";

        public string Url { get; init; } = "";

        public string? Account { get; init; }
    }
}
