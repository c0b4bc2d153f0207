using GlanceStore.ImageService.Database;

namespace GlanceStore.ImageService.Transfers;

/// <summary>The places of an image, each with the receipt that verifies it.</summary>
internal static class Locations
{
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

    /// <summary>The receipts of all places of an image, in their order.</summary>
    public static async Task<IReadOnlyList<ImageReceipt>> ReceiptsAsync(DbSession session, string imageId)
    {
        var receipts = await session.QueryAsync<string>(
            "SELECT receipt FROM image_locations WHERE image_id = @imageId AND status = 'active' ORDER BY position", new { imageId });
        return [.. receipts.Select(ImageReceipt.FromJson)];
    }
}
