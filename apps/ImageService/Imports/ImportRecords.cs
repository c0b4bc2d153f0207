using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Signatures;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Imports;

/// <summary>A task that this process has to itself, and its image.</summary>
/// <param name="Task">The task.</param>
/// <param name="Image">The image, as it was when the task was claimed.</param>
/// <param name="MaxSize">The most bytes that it may have.</param>
internal sealed record Claim(ImportTask Task, ImageRow Image, long MaxSize)
{
    /// <summary>What the rows of both call this run, and no other one.</summary>
    public string Token => Task.ClaimedBy!;

    public ImportRequest Request { get; } = Task.Request;

    public bool IsCopy => Request.Method == ImportRequest.Copy;

    /// <summary>Whether the task would be claimed again if it were given back now.</summary>
    public bool MayBeTriedAgain => Task.Attempts < ImportRecords.MaxAttempts;

    public bool IsConversion => Request.Method == ImportRequest.Convert;

    /// <summary>The receipt of what was staged of the image; null where nothing is.</summary>
    public string? Staged { get; set; } = Image.Staged;
}

/// <summary>Which tasks are taken.</summary>
internal enum Imported
{
    All,
    NotFromTheWeb,
}

/// <summary>
/// The queue of imports: a table with leases. Whoever finds a task that nobody has, or whose lease has ended, takes it, with its image, by one
/// conditional UPDATE each; what ends it is written in one transaction with what becomes of the image.
/// </summary>
internal sealed class ImportRecords(ServiceDatabase database, UploadRecords uploads, StagingArea staging, ServiceOptions options, TimeProvider time)
{
    public const string LockProperty = "os_glance_import_task";
    public const string ImportingProperty = "os_glance_importing_to_stores";
    public const string FailedProperty = "os_glance_failed_import";

    /// <summary>How often a task is begun before it fails.</summary>
    public const int MaxAttempts = 5;

    /// <summary>The oldest task that is to be done; null where there is none.</summary>
    public Task<ImportTask?> ClaimAsync(Imported kinds, CancellationToken cancellationToken) => database.WriteAsync(async session =>
    {
        // As a member's value; within a text its quotes would have been escaped.
        var others = kinds == Imported.All ? "" : $" AND input NOT LIKE '%\"{ImportRequest.Web}\"%'";
        var task = await session.FindAsync<ImportTask>(
            $"""
            UPDATE tasks SET status = 'processing', claimed_by = @token, lease_until = @until, attempts = attempts + 1, updated_at = @now
            WHERE id = (SELECT id FROM tasks WHERE (status = 'pending' OR (status = 'processing' AND lease_until < @now)){others} ORDER BY created_at LIMIT 1{session.SkipLocked})
                AND (status = 'pending' OR lease_until < @now)
            RETURNING *
            """,
            new { token = Guid.NewGuid().ToString("N"), until = Lease.EndOf(options.UploadLease, time), now = DbTime.Now(time) });
        if (task is not null)
        {
            session.Tell(ServiceEvent.OfTask(EventTypes.TaskProcessing, task.ImageId, task.Id));
        }

        return task;
    }, cancellationToken);

    /// <summary>Takes the image of a claimed task; null where it cannot be imported any more.</summary>
    public Task<Claim?> TakeImageAsync(ImportTask task, CancellationToken cancellationToken) => database.WriteAsync(async session =>
    {
        var request = task.Request;
        var isInUse = request.IsOfImageInUse;
        var taken = task.Attempts > MaxAttempts ? 0 : await session.ExecuteAsync(
            $"""
            UPDATE images SET status = {(isInUse ? "status" : "'importing'")}, upload_id = @ClaimedBy, upload_store = @stores, lease_until = @until, updated_at = @now
            WHERE id = @ImageId AND status IN ({(isInUse ? "'active', 'deactivated'" : "'queued', 'uploading', 'importing'")})
            """,
            new { task.ImageId, task.ClaimedBy, stores = StoresOf(request), until = Lease.EndOf(options.UploadLease, time), now = DbTime.Now(time) });
        if (taken == 0)
        {
            return null;
        }

        if (!isInUse)
        {
            session.Tell(EventTypes.Update, task.ImageId);
            session.Tell(ServiceEvent.Prepare(task.ImageId, string.Join(',', request.Stores)));
        }

        var image = await session.FindAsync<ImageRow>("SELECT i.* FROM images i WHERE i.id = @ImageId", new { task.ImageId });
        return new Claim(task, image!, await uploads.RoomOfAsync(session, image!.Owner, request.Method == ImportRequest.Convert ? image.Id : null));
    }, cancellationToken);

    /// <summary>Moves both leases on and tells how far it has come; none where one of them is lost.</summary>
    public static async Task<int> RenewAsync(DbSession session, Claim claim, string message, long until) =>
        await session.ExecuteAsync(
            "UPDATE tasks SET lease_until = @until, message = @message WHERE id = @Id AND status = 'processing' AND claimed_by = @Token",
            new { claim.Task.Id, claim.Token, message, until }) == 0 ? 0
        : await session.ExecuteAsync(
            "UPDATE images SET lease_until = @until WHERE id = @Id AND status NOT IN ('pending_delete', 'deleted') AND upload_id = @Token",
            new { claim.Image.Id, claim.Token, until });

    /// <summary>Whether task and image are still this run's; if they are, they stay so for one more lease.</summary>
    public async Task<bool> HoldsAsync(Claim claim) => await database.WriteAsync(
        session => RenewAsync(session, claim, claim.Task.Message, Lease.EndOf(options.UploadLease, time)), CancellationToken.None) > 0;

    /// <summary>Notes what was staged of an image that comes from the web; false, and nothing noted, where it is no longer this run's.</summary>
    public async Task<bool> NoteStagedAsync(Claim claim, ImageReceipt receipt)
    {
        var staged = receipt.ToJson();
        if (await database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE images SET staged = @staged WHERE id = @Id AND status = 'importing' AND upload_id = @Token", new { claim.Image.Id, claim.Token, staged }), CancellationToken.None) == 0)
        {
            return false;
        }

        claim.Staged = staged;
        return true;
    }

    /// <summary>The image has its data and the task has succeeded; false, and nothing changed, where either is no longer this run's.</summary>
    /// <exception cref="ApiException">409: the data were converted, and the image was signed meanwhile; nothing changed.</exception>
    public Task<bool> CompleteAsync(
        Claim claim, IReadOnlyList<ImageReceipt> receipts, IReadOnlyList<string> failed, string? diskFormat, string message) => database.WriteAsync(async session =>
    {
        var now = DbTime.Now(time);
        var mine = await session.FindAsync<string>($"SELECT id FROM tasks WHERE id = @Id AND status = 'processing' AND claimed_by = @Token{session.ForUpdate}", new { claim.Task.Id, claim.Token });
        if (mine is null || !await WriteImageAsync(session, claim, receipts, diskFormat, now))
        {
            return false;
        }

        await EndAsync(session, claim.Task, "success", message, now);
        await TellAsync(session, claim.Image.Id, null, "", string.Join(',', failed));
        session.Tell(ServiceEvent.OfTask(EventTypes.TaskSuccess, claim.Image.Id, claim.Task.Id));
        session.Tell(ServiceEvent.OfTask(EventTypes.TaskRun, claim.Image.Id, claim.Task.Id));
        return true;
    }, CancellationToken.None);

    /// <summary>The image is what it was before the import, and the task says why; false, and nothing changed, where the task is no longer this run's.</summary>
    public Task<bool> FailAsync(ImportTask task, string message) => database.WriteAsync(async session =>
    {
        var now = DbTime.Now(time);
        if (await EndAsync(session, task, "failure", message, now) == 0)
        {
            return false;
        }

        // An image that is importing is this task's, whichever of its runs has left it so. Of one that is deleted, or is about to be, whoever removes it must
        // know where runs that were killed may have stored it: nobody looks there afterwards.
        var became = await session.FindAsync<string>(
            """
            UPDATE images SET status = CASE WHEN status IN ('importing', 'uploading') THEN 'queued' ELSE status END,
                upload_id = NULL, upload_store = CASE WHEN status = 'pending_delete' OR @Type = 'import' THEN upload_store END, lease_until = NULL, updated_at = @now
            WHERE id = @ImageId AND (status = 'importing' OR upload_id = @ClaimedBy OR (status = 'uploading' AND upload_id IS NULL))
            RETURNING status
            """,
            new { task.ImageId, task.ClaimedBy, task.Type, now });
        if (became == ImageStatus.Queued)
        {
            session.Tell(ServiceEvent.UploadFailed(task.ImageId, message));
        }

        if (became is not null && !ImageStatus.IsGone(became))
        {
            session.Tell(EventTypes.Update, task.ImageId);
        }

        session.Tell(ServiceEvent.OfTask(EventTypes.TaskFailure, task.ImageId, task.Id));
        if (task.Type == ImportTask.Creation)
        {
            // Nobody asked for an image without data: it goes as one that is deleted, unless somebody has come to want it.
            await session.ExecuteAsync(
                "UPDATE images SET status_before = status, status = 'pending_delete', updated_at = @now WHERE id = @ImageId AND status = 'queued' AND protected = 0",
                new { task.ImageId, now });
        }

        if (task.Type == ImportTask.Conversion)
        {
            await session.ExecuteAsync("UPDATE image_locations SET status = 'discarded' WHERE image_id = @ImageId AND status = 'converting'", new { task.ImageId });
        }
        else
        {
            await TellAsync(session, task.ImageId, null, "", string.Join(',', task.Request.Stores));
        }

        return true;
    }, CancellationToken.None);

    /// <summary>Gives a task back, to be begun anew by whoever finds it.</summary>
    public Task<int> GiveBackAsync(ImportTask task) => GiveBackAsync(task, task.Attempts);

    /// <summary>Gives a task back because the process stops, which is no attempt at it.</summary>
    public Task<int> GiveBackUncountedAsync(ImportTask task) => GiveBackAsync(task, task.Attempts - 1);

    private Task<int> GiveBackAsync(ImportTask task, long attempts) => database.WriteAsync(session => session.ExecuteAsync(
        """
        UPDATE tasks SET status = 'pending', claimed_by = NULL, lease_until = NULL, attempts = @attempts
        WHERE id = @Id AND claimed_by = @ClaimedBy AND status = 'processing'
        """,
        new { task.Id, task.ClaimedBy, attempts }), CancellationToken.None);

    /// <summary>What clients that wait for an import look at: who imports, into which stores, and where it failed.</summary>
    public static async Task<int> TellAsync(DbSession session, string imageId, string? task, string importing, string failed)
    {
        var told = await ImageWriting.SetPropertyAsync(session, imageId, ImportingProperty, importing)
            + await ImageWriting.SetPropertyAsync(session, imageId, FailedProperty, failed);
        return told + (task is null
            ? await session.ExecuteAsync("DELETE FROM image_properties WHERE image_id = @imageId AND name = @LockProperty", new { imageId, LockProperty })
            : await ImageWriting.SetPropertyAsync(session, imageId, LockProperty, task));
    }

    private static async Task<bool> WriteImageAsync(DbSession session, Claim claim, IReadOnlyList<ImageReceipt> receipts, string? diskFormat, long now)
    {
        if (!claim.IsCopy)
        {
            var isWritten = await ImageContent.WriteAsync(session, claim.Image, ImageStatus.Importing, claim.Token, receipts, diskFormat, now);
            if (isWritten && diskFormat is not null)
            {
                await ImageSignatures.RequireNoneAsync(session, claim.Image.Id);
            }

            return isWritten;
        }

        if (await session.ExecuteAsync(
            """
            UPDATE images SET upload_id = NULL, upload_store = NULL, lease_until = NULL, updated_at = @now
            WHERE id = @Id AND upload_id = @Token AND status IN ('active', 'deactivated')
            """,
            new { claim.Image.Id, claim.Token, now }) == 0)
        {
            return false;
        }

        foreach (var place in receipts)
        {
            await Locations.AddAsync(session, claim.Image.Id, place);
        }

        if (receipts.Count > 0)
        {
            session.Tell(ServiceEvent.Copied(claim.Image.Id, receipts.Select(place => place.Location.StoreId!)));
        }

        session.Tell(EventTypes.Update, claim.Image.Id);
        return true;
    }

    // Where data of the image's own name may lie when its process is killed. What a conversion makes has the name of its task.
    private string? StoresOf(ImportRequest request) =>
        request.Method == ImportRequest.Convert ? null
        : string.Join(',', request.Method == ImportRequest.Web && options.Conversion is not null && staging.Store is { } store ? [.. request.Stores, store.Id] : request.Stores);

    /// <summary>Ends a task; 0 where it is no longer this run's.</summary>
    public static Task<int> EndAsync(DbSession session, ImportTask task, string status, string message, long now) => session.ExecuteAsync(
        """
        UPDATE tasks SET status = @status, message = @message, claimed_by = NULL, lease_until = NULL, updated_at = @now, expires_at = @end
        WHERE id = @Id AND status = 'processing' AND claimed_by = @ClaimedBy
        """,
        new { task.Id, task.ClaimedBy, status, message, now, end = now + ImportTask.KeptMicroseconds });
}
