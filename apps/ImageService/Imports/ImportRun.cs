using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Imports;

/// <summary>Does one import: its bytes are read once and go to all of its stores in one pass.</summary>
internal sealed partial class ImportRun(
    ServiceDatabase database, ImageStores stores, ImportRecords records, ImportSources sources, StagingArea staging, UploadRecords uploads,
    ServiceOptions options, TimeProvider time, ILogger<ImportRun> logger)
{
    /// <summary>Runs a claimed task to its end, or gives it back where the service stops.</summary>
    public async Task RunAsync(ImportTask task, CancellationToken stopping)
    {
        if (await records.TakeImageAsync(task, stopping) is not { } claim)
        {
            await records.FailAsync(task, "The image was deleted or is in use otherwise, or every process that tried the import died of it.");
            return;
        }

        var copied = new Copied();
        await using var lease = new Lease(database, options.UploadLease, time,
            (session, until) => ImportRecords.RenewAsync(session, claim, copied.Message, until), stopping);
        try
        {
            await ImportAsync(claim, copied, lease.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await records.GiveBackAsync(task);
        }
        catch (Exception) when (lease.IsLost)
        {
            await LeaveDeletedAsync(claim);
        }
        catch (Exception e)
        {
            LogFailed(logger, e, claim.Image.Id);
            await records.FailAsync(task, MessageOf(e, claim));
            await CleanStagedAsync(claim);
        }
    }

    private async Task ImportAsync(Claim claim, Copied copied, CancellationToken cancellationToken)
    {
        string[] targets = await TargetsAsync(claim, cancellationToken);
        var report = new PutReport([]);
        if (targets.Length > 0)
        {
            var source = await sources.OpenAsync(claim, cancellationToken);
            await using var data = source.Data;
            report = await stores.PutAsync(new ImageId(claim.Image.Id), data, targets, OptionsOf(claim, source, copied), cancellationToken);
        }

        ImageReceipt[] receipts = [.. report.Receipts];
        if (targets.Length > 0 && receipts.Length == 0)
        {
            throw report.Outcomes.Select(outcome => outcome.Error).First(error => error is not null)!;
        }

        string[] failed = [.. report.Outcomes.Where(outcome => outcome.Receipt is null).Select(outcome => outcome.StoreId)];
        if (await records.CompleteAsync(claim, receipts, failed, copied.Message))
        {
            await CleanStagedAsync(claim);
        }
        else
        {
            await RemoveOfDeletedAsync(claim, receipts);
        }
    }

    // Where the image has no place nothing of it belongs: what lies there is what an earlier run of this task left when it was killed.
    private async Task<string[]> TargetsAsync(Claim claim, CancellationToken cancellationToken)
    {
        var places = await database.ReadAsync(session => session.QueryAsync<string>(
            "SELECT store FROM image_locations WHERE image_id = @Id", new { claim.Image.Id }), cancellationToken);
        string[] targets = [.. claim.Request.Stores.Except(places)];
        foreach (var store in targets.Select(id => stores.TryGet(id, out var store) ? store : null).OfType<IImageStore>())
        {
            try
            {
                await store.DeleteAsync(store.LocationOf(new ImageId(claim.Image.Id)), cancellationToken: cancellationToken);
            }
            catch (StoreException e)
            {
                // The put will tell whether that matters.
                LogLeft(logger, e, claim.Image.Id, store.Id);
            }
        }

        return targets;
    }

    private PutOptions OptionsOf(Claim claim, ImportSource source, Copied copied) => new()
    {
        ExpectedDigests = source.Digests,
        MaxSize = claim.IsCopy ? null : claim.MaxSize,
        Policy = claim.Request.MustAllSucceed ? PutPolicy.AllOrNothing : PutPolicy.BestEffort,
        Inspection = claim.IsCopy ? null : UploadInspection.Of(options.Inspection, claim.Image.DiskFormat, claim.Image.ContainerFormat),
        Progress = copied,
    };

    private async Task LeaveDeletedAsync(Claim claim)
    {
        if (await uploads.IsGoneAsync(claim.Image.Id))
        {
            await records.FailAsync(claim.Task, "The image was deleted while it was imported.");
        }
    }

    // Nobody stores anything under the id of a deleted image any more. Of one that lives on, what lies there may be another run's.
    private async Task RemoveOfDeletedAsync(Claim claim, ImageReceipt[] receipts)
    {
        if (await uploads.IsGoneAsync(claim.Image.Id))
        {
            foreach (var receipt in receipts)
            {
                await stores.DeleteAsync(receipt.Location);
            }

            await records.FailAsync(claim.Task, "The image was deleted while it was imported.");
        }
    }

    private async Task CleanStagedAsync(Claim claim)
    {
        if (claim.Image.Staged is null)
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
