using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>
/// A PATCH of <c>locations</c>. What is given is read to its end before the image has it, so that its receipt verifies every download; what is taken away is removed from its store.
/// </summary>
internal sealed class LocationChanges(
    ServiceDatabase database, GivenPlaces places, LocationReceipts receipts, UploadRecords uploads, DataRemoval removal, ServiceOptions options, TimeProvider time)
{
    /// <summary>Checks a change and reads what is new. A queued image is saving meanwhile, held by a lease.</summary>
    public async Task<LocationPlan> PrepareAsync(Caller caller, string id, ImagePatch patch, CancellationToken cancellationToken)
    {
        if (!options.ShowMultipleLocations)
        {
            throw ApiException.Forbidden("It's not allowed to update locations if locations are invisible.");
        }

        var (edit, room) = await database.ReadAsync(async session =>
        {
            var image = await ImageTable.VisibleAsync(session, caller, id);
            Rules.RequireOwner(caller, image.Row);
            var tried = new ImageEdit(caller, image, options.Quotas);
            patch.Apply(tried);
            return (tried, tried.Locations.Added.Any() ? await uploads.RoomOfAsync(session, image.Row.Owner) : 0);
        }, cancellationToken);
        if (edit.Columns.Keys.FirstOrDefault(column => column is "disk_format" or "container_format") is { } format && edit.Locations.Added.Any())
        {
            throw ApiException.BadRequest($"{format} is set by a request of its own, before the location whose data are held against it.");
        }

        (GivenLocation Given, ImageLocation Place)[] added = [.. edit.Locations.Added.Select(location => (location.Given, places.Of(caller, edit.Image.Row, location.Given)))];
        RequireOneOfAStore(edit, added.Select(location => location.Place));
        var plan = await HoldAsync(caller, edit.Image, added.Length > 0, cancellationToken);
        try
        {
            foreach (var (given, place) in added)
            {
                plan.Add(given, await ReadAsync(edit.Image.Row, given, place, room, plan.TokenOr(cancellationToken)));
            }

            return plan;
        }
        catch (Exception e)
        {
            var isLost = plan.IsLost;
            await AbandonAsync(plan);
            if (isLost)
            {
                throw Gone(id, e);
            }

            throw;
        }
    }

    /// <summary>Writes a change that was prepared, within the transaction of the whole patch.</summary>
    public async Task WriteAsync(DbSession session, LocationPlan plan, ImageEdit edit)
    {
        var image = edit.Image;
        if (!plan.FitsStill(image))
        {
            throw ApiException.Conflict($"The locations of image {image.Row.Id} were changed by another request. Try again.");
        }

        (int Index, ImageReceipt Receipt)[] added = [.. edit.Locations.Added.Select(location => (location.Index, plan.ReceiptOf(location.Given)))];
        foreach (var (_, receipt) in added)
        {
            await ClaimAsync(session, image.Row.Id, receipt.Location);
        }

        // First what goes: what comes moves the positions of what is there, and its index is one among what stays.
        foreach (var place in edit.Locations.Removed)
        {
            await session.ExecuteAsync(
                "UPDATE image_locations SET status = 'pending_delete' WHERE image_id = @ImageId AND position = @Position AND url = @Url AND status = 'active'",
                new { place.ImageId, place.Position, place.Url });
        }

        if (plan.Upload is { } upload)
        {
            if (!await ImageContent.WriteAsync(session, upload.Image, ImageStatus.Saving, upload.UploadId, [.. added.Select(place => place.Receipt)], null, DbTime.Now(time)))
            {
                throw Gone(image.Row.Id, null);
            }
        }
        else
        {
            foreach (var (index, receipt) in added)
            {
                await Locations.InsertAsync(session, image.Row.Id, index, receipt);
            }
        }
    }

    /// <summary>Removes from their stores what was taken away, once the patch stands.</summary>
    public Task FinishAsync(string id) => removal.RemovePlacesAsync(id, InUse.IsTold, CancellationToken.None);

    /// <summary>Gives up a change that is not written; the image is what it was.</summary>
    public async Task AbandonAsync(LocationPlan plan)
    {
        await plan.DisposeAsync();
        if (plan.Upload is { } upload)
        {
            await uploads.AbandonAsync(upload, "The data at the location were not taken over.");
        }
    }

    private async Task<LocationPlan> HoldAsync(Caller caller, ImageRecord image, bool isGiven, CancellationToken cancellationToken)
    {
        if (!isGiven || image.Row.Status != ImageStatus.Queued)
        {
            return new LocationPlan(image, null, null);
        }

        // Without a store: what lies at the location is not this service's to remove where nothing comes of it.
        var upload = await uploads.BeginAsync(caller, image.Row.Id, null, ImageStatus.Saving, cancellationToken);
        return new LocationPlan(image, upload, new Lease(database, options.UploadLease, time, (session, until) => UploadRecords.RenewAsync(session, upload, until), cancellationToken));
    }

    private async Task<ImageReceipt> ReadAsync(ImageRow image, GivenLocation given, ImageLocation place, long room, CancellationToken cancellationToken)
    {
        var known = DigestsOf(image).ToArray();
        return given.Digests.FirstOrDefault(digest => known.Any(other => other.Algorithm == digest.Algorithm && other != digest)) is { } other
            ? throw ApiException.Conflict($"{other.Algorithm} is already set with a different value.")
            : await receipts.ReadAsync(image, place, [.. given.Digests.Union(known)], room, cancellationToken);
    }

    private static IEnumerable<Digest> DigestsOf(ImageRow image)
    {
        if (image.Checksum is { } md5)
        {
            yield return new Digest("md5", md5);
        }

        if (image is { OsHashAlgo: { } algorithm, OsHashValue: { } hex })
        {
            yield return new Digest(algorithm, hex);
        }
    }

    // Copies are told apart, read and deleted by their stores.
    private static void RequireOneOfAStore(ImageEdit edit, IEnumerable<ImageLocation> added)
    {
        var kept = edit.Image.Locations.Except(edit.Locations.Removed).Select(place => place.Store);
        if (kept.Concat(added.Select(place => place.StoreId!)).GroupBy(store => store, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw ApiException.BadRequest($"The image would be in the store '{twice.Key}' twice; it has one location in each.");
        }
    }

    // Nobody's data are given to an image that are another one's, or that another one may store: its upload, or its deletion, would take them away.
    private async Task ClaimAsync(DbSession session, string id, ImageLocation place)
    {
        foreach (var owner in places.OwnersOf(place).Where(owner => owner != id))
        {
            var reserved = await session.ExecuteAsync(
                """
                INSERT INTO images (id, status, visibility, min_disk, min_ram, protected, os_hidden, created_at, updated_at)
                VALUES (@owner, 'deleted', 'private', 0, 0, 0, 0, @now, @now)
                ON CONFLICT DO NOTHING
                """,
                new { owner, now = DbTime.Now(time) });
            if (reserved == 0 && await session.FindAsync<string>("SELECT status FROM images WHERE id = @owner", new { owner }) != ImageStatus.Deleted)
            {
                throw AnotherOnes();
            }
        }

        if (place.Scheme is not ("http" or "https")
            && await session.FindAsync<long>("SELECT COUNT(*) FROM image_locations WHERE url = @Uri AND COALESCE(account, '') = COALESCE(@Account, '')", new { place.Uri, place.Account }) > 0)
        {
            throw AnotherOnes();
        }
    }

    private static ApiException AnotherOnes() => ApiException.Conflict("The location is that of another image, or is being removed.");

    private static ApiException Gone(string id, Exception? cause) =>
        new(StatusCodes.Status410Gone, $"Image {id} was deleted, or taken from this request, while its location was read.", cause);
}
