using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Imports;
using GlanceStore.ImageService.Signatures;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Conversion;

/// <summary>What becomes of an image, its places and the task of a conversion, each in one transaction.</summary>
internal sealed class ConversionRecords(ServiceDatabase database, TimeProvider time)
{
    /// <summary>
    /// The image has other data from this moment on, the old ones wait for their removal, and the task has succeeded; false, and nothing changed, where image or
    /// task is no longer this run's.
    /// </summary>
    /// <exception cref="ApiException">409: the places of the image are not those any more that were converted, or it was signed meanwhile.</exception>
    public Task<bool> CompleteAsync(Claim claim, IReadOnlyList<ImageLocation> before, IReadOnlyList<ImageReceipt> receipts, string message) => database.WriteAsync(async session =>
    {
        var (now, id) = (DbTime.Now(time), claim.Image.Id);
        var task = await session.FindAsync<string>($"SELECT id FROM tasks WHERE id = @Id AND status = 'processing' AND claimed_by = @Token{session.ForUpdate}", new { claim.Task.Id, claim.Token });
        var status = await session.FindAsync<string>(
            $"SELECT status FROM images WHERE id = @id AND upload_id = @Token AND status IN ('active', 'deactivated'){session.ForUpdate}", new { id, claim.Token });
        if (task is null || status is null)
        {
            return false;
        }

        var places = await session.QueryAsync<string>("SELECT url FROM image_locations WHERE image_id = @id AND status = 'active' ORDER BY position", new { id });
        if (!places.SequenceEqual(before.Select(place => place.Uri)))
        {
            throw ApiException.Conflict("The image got or lost a copy while it was converted, and is as it was; convert it again.");
        }

        await ImageSignatures.RequireNoneAsync(session, id);
        await session.ExecuteAsync("DELETE FROM image_locations WHERE image_id = @id AND status = 'converting'", new { id });
        await session.ExecuteAsync("UPDATE image_locations SET status = 'discarded' WHERE image_id = @id AND status = 'active'", new { id });
        session.Tell(ServiceEvent.Converted(id, claim.Image.DiskFormat, claim.Request.DiskFormat!));
        await ImageContent.WriteAsync(session, claim.Image, status, claim.Token, receipts, claim.Request.DiskFormat, now);
        await ImportRecords.EndAsync(session, claim.Task, "success", message, now);
        session.Tell(ServiceEvent.OfTask(EventTypes.TaskSuccess, id, claim.Task.Id));
        session.Tell(ServiceEvent.OfTask(EventTypes.TaskRun, id, claim.Task.Id));
        return true;
    }, CancellationToken.None);

    /// <summary>Notes what a conversion has made that is nobody's, so that it is removed; nothing of what another run makes, or the image has.</summary>
    public Task<int> DiscardAsync(ImportTask task, IEnumerable<ImageLocation> made) => database.WriteAsync(async session =>
    {
        var noted = 0;
        foreach (var place in made)
        {
            noted += await Locations.NoteAsync(session, task.ImageId, place, "discarded");
        }

        return noted;
    }, CancellationToken.None);
}
