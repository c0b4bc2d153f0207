using System.Globalization;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>What an image is told to be once its data are stored: digests, sizes, places, findings, all in one transaction.</summary>
internal static class ImageContent
{
    /// <summary>Makes the image active; false, and nothing changed, where it is no longer in that state and this upload's.</summary>
    public static async Task<bool> WriteAsync(DbSession session, ImageRow image, string status, string uploadId, IReadOnlyList<ImageReceipt> receipts, long now)
    {
        var (id, receipt) = (image.Id, receipts[0]);
        var completed = await session.ExecuteAsync(
            """
            UPDATE images SET status = 'active', size = @size, virtual_size = @virtualSize, checksum = @checksum,
                os_hash_algo = @algorithm, os_hash_value = @hash, upload_id = NULL, upload_store = NULL, lease_until = NULL, updated_at = @now
            WHERE id = @id AND status = @status AND upload_id = @uploadId
            """,
            new
            {
                id,
                status,
                uploadId,
                size = receipt.Size,
                virtualSize = VirtualSizeOf(receipt, image),
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
        return true;
    }

    private static long? VirtualSizeOf(ImageReceipt receipt, ImageRow image) =>
        receipt.Inspection is { } found ? found.VirtualSize
        : image is { DiskFormat: "raw", ContainerFormat: "bare" } ? receipt.Size
        : null;

    private static async Task WriteFindingsAsync(DbSession session, string id, ImageInspection? found)
    {
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
