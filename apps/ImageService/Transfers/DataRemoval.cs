using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>What it means where a store says that an image is in use.</summary>
internal enum InUse
{
    /// <summary>The image stays, and whoever wanted it deleted is told.</summary>
    IsTold,

    /// <summary>It was deleted already as far as anybody knows: its data wait for the next pass.</summary>
    IsWaitedFor,
}

/// <summary>Removes the data of what the database says is deleted. All of it can be done again, by several processes, from any point on.</summary>
internal sealed partial class DataRemoval(ServiceDatabase database, ImageStores stores, ServiceOptions options, TimeProvider time, ILogger<DataRemoval> logger)
{
    /// <summary>Removes the data of an image that is pending_delete, and makes it deleted.</summary>
    /// <exception cref="ApiException">409: a store says that it is in use, and it is what it was before.</exception>
    public async Task RemoveImageAsync(string id, InUse inUse, CancellationToken cancellationToken)
    {
        var image = await database.ReadAsync(session => session.FindAsync<ImageRow>("SELECT i.* FROM images i WHERE i.id = @id", new { id }), cancellationToken);
        if (image is { Status: ImageStatus.PendingDelete })
        {
            var isDone = await TryRemoveDataAsync(image, inUse, cancellationToken);
            if (isDone || inUse == InUse.IsTold || IsLeft(image))
            {
                await database.WriteAsync(session => isDone ? FinishAsync(session, id) : SettleAsync(session, id), cancellationToken);
            }
        }
    }

    /// <summary>Removes the copies of an image that are pending_delete, or discarded; true where none is left.</summary>
    /// <exception cref="ApiException">409: a store says that the image is in use, and its copy is what it was before.</exception>
    public async Task<bool> RemovePlacesAsync(string id, InUse inUse, CancellationToken cancellationToken)
    {
        var isDone = true;
        foreach (var place in await PlacesAsync(id, "pending_delete", cancellationToken))
        {
            isDone &= await TryRemoveAsync(place, inUse, RestorePlaceAsync, cancellationToken);
        }

        // What a conversion has replaced never comes back, whoever uses it.
        foreach (var place in await PlacesAsync(id, "discarded", cancellationToken))
        {
            isDone &= await TryRemoveAsync(place, InUse.IsWaitedFor, RestorePlaceAsync, cancellationToken);
        }

        return isDone;
    }

    /// <summary>Removes what an upload that was killed may have stored; true where nothing is left.</summary>
    /// <param name="image">The image, as it was when it was found.</param>
    /// <param name="isMine">Whether the image is still the caller's, so that nobody else stores under its name.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<bool> TryRemoveUploadAsync(ImageRow image, Func<Task<bool>> isMine, CancellationToken cancellationToken)
    {
        if (image.UploadStore is null)
        {
            return true;
        }

        try
        {
            var isDone = true;
            foreach (var store in image.UploadStore.Split(',').Select(id => stores[id]))
            {
                isDone &= await Leftovers.TryRemoveAsync(store, new ImageId(image.Id), isMine, cancellationToken);
            }

            return isDone;
        }
        catch (StoreException e)
        {
            LogLeft(logger, e, image.Id, image.UploadStore);
            return false;
        }
    }

    private async Task<bool> TryRemoveDataAsync(ImageRow image, InUse inUse, CancellationToken cancellationToken)
    {
        if (image.UploadId is not null && image.LeaseUntil > DbTime.Now(time))
        {
            // An upload that is under way finds out, leaves, and removes what it has stored.
            return false;
        }

        var places = await PlacesAsync(image.Id, "active", cancellationToken);
        for (var i = 0; i < places.Count; i++)
        {
            if (!await TryRemoveAsync(places[i], i == 0 ? inUse : InUse.IsWaitedFor, RestoreImageAsync, cancellationToken))
            {
                return false;
            }
        }

        // Of a deleted image: nobody stores under its name any more.
        return await RemovePlacesAsync(image.Id, InUse.IsWaitedFor, cancellationToken) && await TryRemoveUploadAsync(image, () => Task.FromResult(true), cancellationToken);
    }

    // One at a time: whoever came late would remove what has been stored under the name since, or the data of an image that is there again.
    private async Task<bool> TryRemoveAsync(LocationRow place, InUse inUse, Func<LocationRow, string, Task<int>> restore, CancellationToken cancellationToken)
    {
        var token = Guid.NewGuid().ToString("N");
        if (!await database.WriteAsync(
            session => Locations.TryClaimAsync(session, place, token, Lease.EndOf(options.UploadLease, time), DbTime.Now(time)), cancellationToken))
        {
            return false;
        }

        try
        {
            await DeleteAsync(place, token, cancellationToken);
        }
        catch (StoreException e)
        {
            if (e.Error == StoreError.InUse && inUse == InUse.IsTold && await restore(place, token) == 1)
            {
                throw ApiException.Conflict($"Image {place.ImageId} could not be deleted because it is in use: {e.Error}.");
            }

            LogLeft(logger, e, place.ImageId, place.Store);
            await database.WriteAsync(session => Locations.ReleaseAsync(session, place.ImageId, token), CancellationToken.None);
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Another process has it by now.
            return false;
        }

        await database.WriteAsync(session => session.ExecuteAsync(
            "DELETE FROM image_locations WHERE image_id = @ImageId AND claimed_by = @token", new { place.ImageId, token }), CancellationToken.None);
        return true;
    }

    private async Task DeleteAsync(LocationRow place, string token, CancellationToken cancellationToken)
    {
        await using var lease = new Lease(database, options.UploadLease, time, (session, until) => Locations.RenewAsync(session, place.ImageId, token, until), cancellationToken);
        try
        {
            await stores.DeleteAsync(place.Location, cancellationToken: lease.Token);
        }
        catch (StoreException e) when (e.Error == StoreError.Unsupported && place.Location.Scheme is "http" or "https")
        {
            // Somebody else's, which the image only pointed to.
        }
    }

    private Task<int> RestoreImageAsync(LocationRow place, string token) => database.WriteAsync(async session =>
        await Locations.ReleaseAsync(session, place.ImageId, token) == 0 ? 0 : await session.ExecuteAsync(
            "UPDATE images SET status = status_before, status_before = NULL WHERE id = @ImageId AND status = 'pending_delete' AND status_before IS NOT NULL",
            new { place.ImageId }), CancellationToken.None);

    private Task<int> RestorePlaceAsync(LocationRow place, string token) => database.WriteAsync(async session =>
    {
        var restored = await session.ExecuteAsync(
            """
            UPDATE image_locations SET status = 'active', claimed_by = NULL, lease_until = NULL
            WHERE image_id = @ImageId AND claimed_by = @token AND status = 'pending_delete'
            """,
            new { place.ImageId, token });
        if (restored == 1)
        {
            session.Tell(EventTypes.Update, place.ImageId);
        }

        return restored;
    }, CancellationToken.None);

    // Whoever deletes it at this moment may yet be told that it is in use, and that is theirs to find out.
    private bool IsLeft(ImageRow image) => image.UpdatedAt < DbTime.Of(time.GetUtcNow() - options.UploadLease);

    // From here on no store brings the image back by saying that it is in use, so it may be told that it is deleted: once, by whoever comes to this point.
    private static async Task<int> SettleAsync(DbSession session, string id)
    {
        var settled = await session.ExecuteAsync(
            "UPDATE images SET status_before = NULL WHERE id = @id AND status = 'pending_delete' AND status_before IS NOT NULL", new { id });
        if (settled == 1)
        {
            // What it had is told as it was, before it is removed.
            var row = await session.FindAsync<ImageRow>("SELECT i.* FROM images i WHERE i.id = @id", new { id });
            var told = new ServiceEvent(EventTypes.Delete, id);
            session.Tell(told with { Payload = EventPayloads.Of(told, (await ImageTable.CompleteAsync(session, [row!]))[0]) });
        }

        return settled;
    }

    private Task<List<LocationRow>> PlacesAsync(string id, string status, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QueryAsync<LocationRow>(
            "SELECT image_id, position, store, url, account, status FROM image_locations WHERE image_id = @id AND status = @status ORDER BY position", new { id, status }),
        cancellationToken);

    // The row stays, so that its id is not given again.
    private async Task<int> FinishAsync(DbSession session, string id)
    {
        await SettleAsync(session, id);
        var finished = await session.ExecuteAsync(
            """
            UPDATE images SET status = 'deleted', upload_id = NULL, upload_store = NULL, lease_until = NULL, updated_at = @now
            WHERE id = @id AND status = 'pending_delete'
            """,
            new { id, now = DbTime.Now(time) });
        foreach (var table in finished == 1 ? new[] { "image_properties", "image_tags", "image_members" } : [])
        {
            await session.ExecuteAsync($"DELETE FROM {table} WHERE image_id = @id", new { id });
        }

        return finished;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The data of image {Id} in the store '{Store}' could not be removed; that is tried again.")]
    private static partial void LogLeft(ILogger logger, Exception error, string id, string store);
}
