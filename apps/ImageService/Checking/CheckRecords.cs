using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Checking;

/// <summary>A copy of an image that the database has: of one that is in use, or of one that waits for its import.</summary>
internal sealed class KnownCopy
{
    public string ImageId { get; init; } = "";

    /// <summary>Its place among the image's; -1 for what is staged.</summary>
    public long Position { get; init; }

    public string Store { get; init; } = "";

    public string Url { get; init; } = "";

    public string? Account { get; init; }

    public long Size { get; init; }

    public ImageLocation Location => new(Url, Store) { Account = Account };
}

/// <summary>What the database says of images and their copies, a page at a time and one by one. Nothing is changed.</summary>
internal sealed class CheckRecords(ServiceDatabase database)
{
    private const int Page = 500;

    private const string Copies =
        """
        SELECT l.image_id, l.position, l.store, l.url, l.account, COALESCE(i.size, 0) AS size FROM image_locations l JOIN images i ON i.id = l.image_id
        WHERE l.status = 'active' AND i.status NOT IN ('pending_delete', 'deleted')
        """;

    /// <summary>How many copies of images there are.</summary>
    public Task<long> CountAsync(CancellationToken cancellationToken) => database.ReadAsync(
        session => session.FindAsync<long>($"SELECT COUNT(*) FROM ({Copies}) AS copies"), cancellationToken);

    /// <summary>All copies of images that are there, and what is staged.</summary>
    public async IAsyncEnumerable<KnownCopy> CopiesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = new KnownCopy { Position = long.MinValue };
        List<KnownCopy> page;
        do
        {
            var from = last;
            page = await database.ReadAsync(session => session.QueryAsync<KnownCopy>(
                $"{Copies} AND (l.image_id > @ImageId OR (l.image_id = @ImageId AND l.position > @Position)) ORDER BY l.image_id, l.position LIMIT {Page}",
                new { from.ImageId, from.Position }), cancellationToken);
            foreach (var copy in page)
            {
                yield return last = copy;
            }
        }
        while (page.Count == Page);

        foreach (var image in await database.ReadAsync(session => session.QueryAsync<ImageRow>(
            "SELECT i.* FROM images i WHERE i.staged IS NOT NULL AND i.status IN ('uploading', 'importing')"), cancellationToken))
        {
            yield return StagedOf(image);
        }
    }

    /// <summary>Images that are in use and have no copy at all.</summary>
    public Task<List<string>> WithoutDataAsync(CancellationToken cancellationToken) => database.ReadAsync(session => session.QueryAsync<string>(
        """
        SELECT i.id FROM images i WHERE i.status IN ('active', 'deactivated')
            AND NOT EXISTS (SELECT 1 FROM image_locations l WHERE l.image_id = i.id AND l.status = 'active') ORDER BY i.id
        """), cancellationToken);

    /// <summary>Whether a copy is still there for the database: what is deleted meanwhile is not missing.</summary>
    public Task<bool> HasAsync(KnownCopy copy, CancellationToken cancellationToken) => database.ReadAsync(async session =>
        copy.Position < 0
            ? await ImageAsync(session, copy.ImageId) is { Staged: not null, Status: ImageStatus.Uploading or ImageStatus.Importing }
            : await session.FindAsync<long>(
                $"SELECT COUNT(*) FROM ({Copies} AND l.image_id = @ImageId AND l.position = @Position AND l.url = @Url) AS same",
                new { copy.ImageId, copy.Position, copy.Url }) > 0, cancellationToken);

    /// <summary>The receipt of a copy; null where the copy is gone.</summary>
    public Task<string?> ReceiptAsync(KnownCopy copy, CancellationToken cancellationToken) => database.ReadAsync(session => session.FindAsync<string>(
        "SELECT receipt FROM image_locations WHERE image_id = @ImageId AND position = @Position AND url = @Url", new { copy.ImageId, copy.Position, copy.Url }), cancellationToken);

    /// <summary>
    /// Whether the database knows of something in a store after all: as a place that is being removed, or as what a transfer of an image stores that has not ended,
    /// or has ended without a word and is cleaned up by whoever finds that its lease has.
    /// </summary>
    public Task<bool> ExplainsAsync(string name, ImageLocation location, CancellationToken cancellationToken) => database.ReadAsync(async session =>
        await session.FindAsync<long>("SELECT COUNT(*) FROM image_locations WHERE url = @Uri", new { location.Uri }) > 0
            || (await ImageAsync(session, name) is { } image && IsExpectedIn(location.StoreId!, image)), cancellationToken);

    private static bool IsExpectedIn(string store, ImageRow image) =>
        image.Status == ImageStatus.PendingDelete
        || (image.UploadStore ?? "").Split(',').Contains(store, StringComparer.OrdinalIgnoreCase)
        || (image.Staged is not null && string.Equals(StagedOf(image).Store, store, StringComparison.OrdinalIgnoreCase));

    private static Task<ImageRow?> ImageAsync(DbSession session, string id) =>
        session.FindAsync<ImageRow>("SELECT i.* FROM images i WHERE i.id = @id", new { id });

    private static KnownCopy StagedOf(ImageRow image)
    {
        var receipt = ImageReceipt.FromJson(image.Staged!);
        return new KnownCopy
        {
            ImageId = image.Id,
            Position = -1,
            Store = receipt.Location.StoreId ?? "",
            Url = receipt.Location.Uri,
            Account = receipt.Location.Account,
            Size = receipt.Size,
        };
    }
}
