using System.Globalization;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>What an image is told to be once its data are stored: digests, sizes, places, findings, all in one transaction.</summary>
internal static class ImageContent
{
    /// <summary>Makes the image active; false, and nothing changed, where it is no longer in that state and this upload's.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="image">The image, as it was when its upload began.</param>
    /// <param name="status">The state that it must be in.</param>
    /// <param name="uploadId">What it must be held by.</param>
    /// <param name="receipts">Where its data are.</param>
    /// <param name="diskFormat">What the data have become; null where they are what was sent.</param>
    /// <param name="now">The time.</param>
    public static async Task<bool> WriteAsync(
        DbSession session, ImageRow image, string status, string uploadId, IReadOnlyList<ImageReceipt> receipts, string? diskFormat, long now)
    {
        var (id, receipt) = (image.Id, receipts[0]);
        var completed = await session.ExecuteAsync(
            """
            UPDATE images SET status = CASE WHEN status = 'deactivated' THEN status ELSE 'active' END, disk_format = COALESCE(@diskFormat, disk_format), size = @size, virtual_size = @virtualSize, checksum = @checksum,
                os_hash_algo = @algorithm, os_hash_value = @hash, upload_id = NULL, upload_store = NULL, lease_until = NULL, updated_at = @now
            WHERE id = @id AND status = @status AND upload_id = @uploadId
            """,
            new
            {
                id,
                status,
                uploadId,
                size = receipt.Size,
                diskFormat,
                virtualSize = VirtualSizeOf(receipt, diskFormat ?? image.DiskFormat, image.ContainerFormat),
                checksum = receipt.Checksum?.Hex,
                algorithm = receipt.MultiHash?.Algorithm,
                hash = receipt.MultiHash?.Hex,
                now,
            });
        if (completed == 0)
        {
            return false;
        }

        foreach (var place in receipts)
        {
            await Locations.AddAsync(session, id, place);
        }

        await WriteFindingsAsync(session, id, receipt.Inspection);
        if (status is not (ImageStatus.Active or ImageStatus.Deactivated))
        {
            session.Tell(EventTypes.Upload, id);
            session.Tell(EventTypes.Activate, id);
        }

        session.Tell(EventTypes.Update, id);
        return true;
    }

    private static long? VirtualSizeOf(ImageReceipt receipt, string? diskFormat, string? containerFormat) =>
        receipt.Inspection is { } found ? found.VirtualSize
        : (diskFormat, containerFormat) is ("raw", "bare") ? receipt.Size
        : null;

    private static async Task WriteFindingsAsync(DbSession session, string id, ImageInspection? found)
    {
        // Of what the data were before they were converted nothing is true any more.
        await session.ExecuteAsync("DELETE FROM image_properties WHERE image_id = @id AND name IN (@format, @safe, @findings)",
            new { id, format = ImageProperties.OwnPrefix + "format", safe = ImageProperties.OwnPrefix + "safe", findings = ImageProperties.OwnPrefix + "findings" });
        if (found is null)
        {
            return;
        }

        await ImageWriting.SetPropertyAsync(session, id, ImageProperties.OwnPrefix + "format", found.Format);
        await ImageWriting.SetPropertyAsync(session, id, ImageProperties.OwnPrefix + "safe", found.IsSafe.ToString(CultureInfo.InvariantCulture).ToLowerInvariant());
        if (found.Findings.Count > 0)
        {
            await ImageWriting.SetPropertyAsync(session, id, ImageProperties.OwnPrefix + "findings", string.Join(',', found.Findings.Select(finding => finding.Code).Distinct()));
        }
    }
}
