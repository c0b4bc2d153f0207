using System.Data.Common;
using GlanceStore.ImageService.Conversion;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Signatures;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Imports;

/// <summary>Does one import: its bytes are read once and go to all of its stores in one pass.</summary>
internal sealed partial class ImportRun(
    ServiceDatabase database, ImageStores stores, ImportRecords records, ImportSources sources, StagingArea staging, UploadRecords uploads,
    ImageSignatures signatures, DiskConversion conversion, ConversionRun conversions, DataRemoval data, ServiceOptions options,
    TimeProvider time, ILogger<ImportRun> logger)
{
    private static readonly TimeSpan PauseBeforeAnew = TimeSpan.FromSeconds(2);

    /// <summary>Runs a claimed task to its end, or gives it back where the service stops.</summary>
    public async Task RunAsync(ImportTask task, CancellationToken stopping)
    {
        if (await TakeImageAsync(task) is not { } claim)
        {
            return;
        }

        var copied = new Copied();
        await using var lease = new Lease(database, options.UploadLease, time,
            (session, until) => ImportRecords.RenewAsync(session, claim, copied.Message, until), stopping);
        try
        {
            await (claim.IsConversion
                ? conversions.RunAsync(claim, copied, () => copied.Message, lease.Token)
                : ImportAsync(claim, copied, lease.Token));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await records.GiveBackUncountedAsync(task);
        }
        catch (Exception) when (lease.IsLost)
        {
            await LeaveDeletedAsync(claim);
        }
        catch (StoreException e) when (e.Error == StoreError.AlreadyExists && claim.MayBeTriedAgain)
        {
            // A run that was thought dead has stored after all, under a name that is this task's alone. The next one begins with the removal of that.
            LogBegunAnew(logger, e, claim.Image.Id);
            await Task.Delay(PauseBeforeAnew, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await records.GiveBackAsync(task);
        }
        catch (DbException)
        {
            // Nobody knows what of it the database took: when the lease has ended the task is taken up again, if it has not ended too.
            throw;
        }
        catch (Exception e)
        {
            LogFailed(logger, e, claim.Image.Id);
            sources.Failed(claim, e);

            // Of a task that another run has by now, what is staged is that one's to read.
            if (await FailAsync(task, MessageOf(e, claim)))
            {
                await CleanStagedAsync(claim);
            }
        }
    }

    // Null where the task has failed. A stop does not come between: the task is this run's by now, to be given back.
    private async Task<Claim?> TakeImageAsync(ImportTask task)
    {
        try
        {
            if (await records.TakeImageAsync(task, CancellationToken.None) is { } claim)
            {
                return claim;
            }

            await FailAsync(task, "The image was deleted or is in use otherwise, or every process that tried the import died of it.");
        }
        catch (ApiException e)
        {
            // A quota that was used up while the task waited.
            await FailAsync(task, e.Message);
        }

        return null;
    }

    // With what a conversion has stored of its result; what cannot be removed now is removed by the recovery.
    private async Task<bool> FailAsync(ImportTask task, string message)
    {
        var isMine = await records.FailAsync(task, message);
        if (isMine && task.Type == ImportTask.Conversion)
        {
            await data.RemovePlacesAsync(task.ImageId, InUse.IsWaitedFor, CancellationToken.None);
        }

        if (isMine && task.Type == ImportTask.Creation)
        {
            await data.RemoveImageAsync(task.ImageId, InUse.IsWaitedFor, CancellationToken.None);
        }

        return isMine;
    }

    private async Task ImportAsync(Claim claim, Copied copied, CancellationToken cancellationToken)
    {
        string[] targets = await TargetsAsync(claim, cancellationToken);
        var report = new PutReport([]);
        string? format = null;
        if (targets.Length > 0)
        {
            // A signature is one of the bytes that were signed, and of nothing that they are converted to.
            var signature = claim.IsCopy ? null : await signatures.FindAsync(claim.Image.Id, cancellationToken);
            format = claim.IsCopy || signature is not null ? null : conversion.TargetOfImport(claim.Image);
            report = format is null
                ? await StoreAsync(claim, targets, signature, copied, cancellationToken)
                : await ConvertAsync(claim, targets, format, copied, cancellationToken);
        }

        ImageReceipt[] receipts = [.. report.Receipts];
        if (targets.Length > 0 && receipts.Length == 0)
        {
            throw report.Outcomes.Select(outcome => outcome.Error).First(error => error is not null)!;
        }

        string[] failed = [.. report.Outcomes.Where(outcome => outcome.Receipt is null).Select(outcome => outcome.StoreId)];
        if (await CompleteAsync(claim, receipts, failed, format, copied.Message))
        {
            await CleanStagedAsync(claim);
        }
        else
        {
            await RemoveOfDeletedAsync(claim, receipts);
        }
    }

    private async Task<bool> CompleteAsync(Claim claim, ImageReceipt[] receipts, string[] failed, string? format, string message)
    {
        try
        {
            return await records.CompleteAsync(claim, receipts, failed, format, message);
        }
        catch (ApiException)
        {
            // The image is this run's still, and will not have what was stored.
            foreach (var receipt in receipts)
            {
                await RemoveLeftAsync(claim, stores[receipt.Location.StoreId!], CancellationToken.None);
            }

            throw;
        }
    }

    private async Task<PutReport> StoreAsync(Claim claim, string[] targets, ImageSignature? signature, Copied copied, CancellationToken cancellationToken)
    {
        var source = await sources.OpenAsync(claim, cancellationToken);
        await using var data = source.Data;
        await using var bytes = new PatientSource(data, options.StallTimeout, options.StallTimeout, () => true, time);
        var put = OptionsOf(claim, claim.Image.DiskFormat, copied) with { ExpectedDigests = source.Digests, Signature = signature };
        return await stores.PutAsync(new ImageId(claim.Image.Id), bytes, targets, put, cancellationToken);
    }

    private async Task<PutReport> ConvertAsync(Claim claim, string[] targets, string format, Copied copied, CancellationToken cancellationToken)
    {
        await StageAsync(claim, copied, cancellationToken);
        var source = await sources.OpenAsync(claim, cancellationToken);
        await using var data = source.Data;
        return await conversion.ConvertAsync(
            data, claim.Image, format, new ImageId(claim.Image.Id), targets, OptionsOf(claim, format, copied), cancellationToken);
    }

    // Disks are read out of images in parts that are verified, and what the web gives is not: it is staged first. What an earlier run has staged will do.
    private async Task StageAsync(Claim claim, Copied copied, CancellationToken cancellationToken)
    {
        if (claim.Staged is not null)
        {
            return;
        }

        var store = staging.Store ?? throw ApiException.BadRequest("There is no store to stage data in, which a conversion of what comes from the web takes.");
        await RemoveLeftAsync(claim, store, cancellationToken);
        var source = await sources.OpenAsync(claim, cancellationToken);
        await using var data = source.Data;
        await using var bytes = new PatientSource(data, options.StallTimeout, options.StallTimeout, () => true, time);
        var put = OptionsOf(claim, claim.Image.DiskFormat, copied) with { ExpectedDigests = source.Digests };
        if (!await records.NoteStagedAsync(claim, await store.PutAsync(new ImageId(claim.Image.Id), bytes, put, cancellationToken)))
        {
            throw TakenOver();
        }
    }

    // Where the image has no place nothing of it belongs: what lies there is what an earlier run of this task left when it was killed.
    private async Task<string[]> TargetsAsync(Claim claim, CancellationToken cancellationToken)
    {
        var places = await database.ReadAsync(session => session.QueryAsync<LocationRow>(
            "SELECT store, status FROM image_locations WHERE image_id = @Id", new { claim.Image.Id }), cancellationToken);
        string[] targets = [.. claim.Request.Stores.Except(places.Where(place => place.Status == "active").Select(place => place.Store))];
        if (targets.FirstOrDefault(id => places.Any(place => place.Store == id)) is { } busy)
        {
            throw ApiException.Conflict($"The store '{busy}' has data of the image that are still to be removed. Try again later.");
        }

        foreach (var store in targets.Select(id => stores.TryGet(id, out var store) ? store : null).OfType<IImageStore>())
        {
            await RemoveLeftAsync(claim, store, cancellationToken);
        }

        return targets;
    }

    private async Task RemoveLeftAsync(Claim claim, IImageStore store, CancellationToken cancellationToken)
    {
        try
        {
            if (!await Leftovers.TryRemoveAsync(store, new ImageId(claim.Image.Id), () => records.HoldsAsync(claim), cancellationToken))
            {
                throw TakenOver();
            }
        }
        catch (StoreException e)
        {
            // A put will tell whether that matters.
            LogLeft(logger, e, claim.Image.Id, store.Id);
        }
    }

    private static ApiException TakenOver() => ApiException.Conflict("The import was taken over by another process.");

    private PutOptions OptionsOf(Claim claim, string? diskFormat, Copied copied) => new()
    {
        MaxSize = claim.IsCopy ? null : claim.MaxSize,
        Policy = claim.Request.MustAllSucceed ? PutPolicy.AllOrNothing : PutPolicy.BestEffort,
        Inspection = claim.IsCopy ? null : UploadInspection.Of(options.Inspection, diskFormat, claim.Image.ContainerFormat),
        Progress = copied,
    };

    private async Task LeaveDeletedAsync(Claim claim)
    {
        if (await uploads.IsGoneAsync(claim.Image.Id))
        {
            await FailAsync(claim.Task, "The image was deleted while it was imported.");
        }
    }

    // Nobody stores anything under the id of a deleted image any more. Of one that lives on, what lies there may be another run's.
    private async Task RemoveOfDeletedAsync(Claim claim, ImageReceipt[] receipts)
    {
        if (await uploads.IsGoneAsync(claim.Image.Id))
        {
            foreach (var receipt in receipts)
            {
                try
                {
                    await stores.DeleteAsync(receipt.Location);
                }
                catch (StoreException e)
                {
                    LogLeft(logger, e, claim.Image.Id, receipt.Location.StoreId!);
                }
            }

            await records.FailAsync(claim.Task, "The image was deleted while it was imported.");
        }
    }

    private async Task CleanStagedAsync(Claim claim)
    {
        if (claim.Staged is null)
        {
            return;
        }

        try
        {
            await staging.CleanAsync(claim.Image.Id, CancellationToken.None);
        }
        catch (StoreException e)
        {
            // The next pass of the recovery does it.
            LogLeft(logger, e, claim.Image.Id, staging.Store?.Id ?? "");
        }
    }

    private static string MessageOf(Exception error, Claim claim) => error switch
    {
        ApiException e => e.Message,
        StoreException { Error: StoreError.Corrupted } when claim.Request.Digests.Count > 0 =>
            $"What came from the address has not the digest that was given ({string.Join(", ", claim.Request.Digests)}); nothing was stored.",

        // Of an address that the caller named: what came of it is told as it is.
        StoreException { StoreId: ImportSources.WebStore } e => e.Message,
        StoreException e => StoreErrors.AnswerTo(e).Text,
        _ => "The import failed; the log of the image service says how.",
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "The import of image {Id} failed.")]
    private static partial void LogFailed(ILogger logger, Exception error, string id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The import of image {Id} met what an earlier run of it has stored, and begins anew.")]
    private static partial void LogBegunAnew(ILogger logger, Exception error, string id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What there may be of image {Id} in the store '{Store}' could not be removed.")]
    private static partial void LogLeft(ILogger logger, Exception error, string id, string store);

    /// <summary>How far an import has come, in Glance's words.</summary>
    private sealed class Copied : IProgress<TransferProgress>
    {
        private long _bytes;

        public string Message => $"Copied {Interlocked.Read(ref _bytes) >> 20} MiB";

        public void Report(TransferProgress value) => Interlocked.Exchange(ref _bytes, value.Bytes);
    }
}
