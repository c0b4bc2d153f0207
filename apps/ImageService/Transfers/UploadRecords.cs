using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>An upload that has its image to itself.</summary>
/// <param name="Image">The image, as it was when the upload began.</param>
/// <param name="UploadId">What the image's row calls this upload, and no other one.</param>
/// <param name="MaxSize">The most bytes that it may have.</param>
/// <param name="Status">What the image is while it lasts.</param>
internal sealed record Upload(ImageRow Image, string UploadId, long MaxSize, string Status);

/// <summary>The states of an upload in the database, each reached by one conditional UPDATE: of several that try, one succeeds.</summary>
internal sealed class UploadRecords(ServiceDatabase database, ServiceOptions options, TimeProvider time)
{
    /// <summary>From queued to saving, or to uploading.</summary>
    public async Task<Upload> BeginAsync(Caller caller, string id, string? store, string status, CancellationToken cancellationToken)
    {
        var upload = Guid.NewGuid().ToString("N");
        return await database.WriteAsync(async session =>
        {
            var image = (await ImageTable.OwnedAsync(session, caller, id)).Row;
            var room = await RoomOfAsync(session, image.Owner);
            var begun = await session.ExecuteAsync(
                """
                UPDATE images SET status = @status, upload_id = @upload, upload_store = @store, lease_until = @until, updated_at = @now
                WHERE id = @id AND status = 'queued' AND disk_format IS NOT NULL AND container_format IS NOT NULL AND staged IS NULL
                    AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.image_id = @id AND t.status IN ('pending', 'processing'))
                """,
                new { id, status, upload, store, until = Lease.EndOf(options.UploadLease, time), now = DbTime.Now(time) });
            if (begun == 0)
            {
                throw WhyNot(image, status);
            }

            session.Tell(EventTypes.Update, id);
            if (status == ImageStatus.Saving)
            {
                session.Tell(ServiceEvent.Prepare(id, store));
            }

            return new Upload(image, upload, room, status);
        }, cancellationToken);
    }

    /// <summary>From saving to active; false where the image is no longer this upload's.</summary>
    public Task<bool> CompleteAsync(Upload upload, ImageReceipt receipt) => database.WriteAsync(
        session => ImageContent.WriteAsync(session, upload.Image, ImageStatus.Saving, upload.UploadId, [receipt], null, DbTime.Now(time)), CancellationToken.None);

    /// <summary>Keeps what was staged for the import; false where the image is no longer this upload's.</summary>
    public async Task<bool> CompleteStageAsync(Upload upload, ImageReceipt receipt) => await database.WriteAsync(session => session.ExecuteAsync(
        """
        UPDATE images SET staged = @receipt, upload_id = NULL, upload_store = NULL, lease_until = NULL, updated_at = @now
        WHERE id = @Id AND status = 'uploading' AND upload_id = @UploadId
        """,
        new { upload.Image.Id, upload.UploadId, receipt = receipt.ToJson(), now = DbTime.Now(time) }), CancellationToken.None) == 1;

    /// <summary>From saving back to queued; an image that was deleted meanwhile is left by this upload and deleted whole; false where it had it no longer.</summary>
    public Task<bool> AbandonAsync(Upload upload, string reason) => database.WriteAsync(
        session => GiveUpAsync(session, upload.Image.Id, upload.UploadId, upload.Status, reason, DbTime.Now(time)), CancellationToken.None);

    /// <summary>Gives an image back that an upload had; false where it had not.</summary>
    public static async Task<bool> GiveUpAsync(DbSession session, string id, string uploadId, string status, string reason, long now)
    {
        var became = await session.FindAsync<string>(
            """
            UPDATE images SET status = CASE WHEN status IN ('saving', 'uploading') THEN 'queued' ELSE status END,
                upload_id = NULL, upload_store = NULL, lease_until = NULL, updated_at = @now
            WHERE id = @id AND upload_id = @uploadId RETURNING status
            """,
            new { id, uploadId, now });
        if (became is not null && status == ImageStatus.Saving)
        {
            session.Tell(ServiceEvent.UploadFailed(id, reason));
        }

        if (became is not null && !ImageStatus.IsGone(became))
        {
            session.Tell(EventTypes.Update, id);
        }

        return became is not null;
    }

    /// <summary>Whether the image is still this upload's; if it is, it stays so for one more lease.</summary>
    public async Task<bool> HoldsAsync(Upload upload) =>
        await database.WriteAsync(session => RenewAsync(session, upload, Lease.EndOf(options.UploadLease, time)), CancellationToken.None) == 1;

    public static Task<int> RenewAsync(DbSession session, Upload upload, long until) => RenewAsync(session, upload.Image.Id, upload.UploadId, until);

    public static Task<int> RenewAsync(DbSession session, string id, string uploadId, long until) => session.ExecuteAsync(
        "UPDATE images SET lease_until = @until WHERE id = @id AND status IN ('saving', 'uploading') AND upload_id = @uploadId", new { id, uploadId, until });

    /// <summary>Whether an image was deleted.</summary>
    public async Task<bool> IsGoneAsync(string id) => await database.ReadAsync(
        session => session.FindAsync<string>("SELECT status FROM images WHERE id = @id", new { id }), CancellationToken.None) is not { } status || ImageStatus.IsGone(status);

    /// <summary>The most bytes that one more image of an owner may have.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="owner">The project; null where there are none, and no quota of one.</param>
    /// <param name="replaced">The image whose place the new one takes; null for none.</param>
    /// <exception cref="ApiException">413: none more may be.</exception>
    public async Task<long> RoomOfAsync(DbSession session, string? owner, string? replaced = null)
    {
        var quotas = options.Quotas;
        if (quotas.ProjectBytes == 0 || owner is null)
        {
            return quotas.ImageSizeBytes;
        }

        var used = await session.FindAsync<long>(
            """
            SELECT CAST(COALESCE(SUM(i.size), 0) AS BIGINT) FROM images i JOIN image_locations l ON l.image_id = i.id AND l.status = 'active'
            WHERE i.owner = @owner AND i.id <> @other AND i.status NOT IN ('pending_delete', 'deleted')
            """,
            new { owner, other = replaced ?? "" });
        return used < quotas.ProjectBytes
            ? Math.Min(quotas.ImageSizeBytes, quotas.ProjectBytes - used)
            : throw ApiException.TooLarge($"The project has {used} bytes of images, and its quota is {quotas.ProjectBytes}.");
    }

    private static ApiException WhyNot(ImageRow image, string status) => image switch
    {
        { Status: not ImageStatus.Queued } => ApiException.Conflict($"Image status transition from {image.Status} to {status} is not allowed"),
        { DiskFormat: null } or { ContainerFormat: null } => ApiException.BadRequest($"Properties disk_format, container_format must be set prior to saving data of image {image.Id}."),
        _ => ApiException.Conflict($"Image {image.Id} is about to be imported, or what was staged of it is being removed. Try again later."),
    };
}
