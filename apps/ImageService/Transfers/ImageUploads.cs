using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Signatures;

namespace GlanceStore.ImageService.Transfers;

/// <summary>PUT of an image's data: from queued over saving to active, or to wait for an import; where it fails back to queued with nothing stored.</summary>
internal sealed partial class ImageUploads(
    ServiceDatabase database, ImageStores stores, StagingArea staging, UploadRecords records, ForeignData foreign, ImageSignatures signatures,
    TransferBudget budget, ServiceOptions options, TimeProvider time, ILogger<ImageUploads> logger)
{
    private const string ContentType = "application/octet-stream";
    private const string StoreHeader = "X-Image-Meta-Store";

    // A slow client is as welcome as a fast one, but for the memory that its chunk takes.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(60);

    public Task UploadAsync(HttpContext context, string id) =>
        RunAsync(context, id, ImageStatus.Saving, StoreOf(context.Request.Headers[StoreHeader].ToString()), records.CompleteAsync);

    public Task StageAsync(HttpContext context, string id) =>
        RunAsync(context, id, ImageStatus.Uploading, staging.Store ?? throw ApiException.BadRequest("There is no store to stage data in; upload them."), records.CompleteStageAsync);

    private async Task RunAsync(HttpContext context, string id, string status, IImageStore store, Func<Upload, ImageReceipt, Task<bool>> complete)
    {
        if (!ContentType.Equals(context.Request.ContentType?.Split(';')[0].Trim(), StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, $"The data of an image have the content type {ContentType}.");
        }

        if (context.Request.Headers.ContentRange.Count > 0)
        {
            throw ApiException.BadRequest("The data of an image come whole: a part of them, with Content-Range, would be taken for all of them.");
        }

        await foreign.RequireNoneAsync(Caller.Of(context), id, [store], context.RequestAborted);
        var upload = await records.BeginAsync(Caller.Of(context), id, store.Id, status, context.RequestAborted);
        await using (var lease = new Lease(database, options.UploadLease, time, (session, until) => UploadRecords.RenewAsync(session, upload, until), context.RequestAborted))
        {
            var receipt = await StoreAsync(context, store, upload, lease, isFinal: status == ImageStatus.Saving);
            await FinishAsync(upload, store, receipt, complete);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // What is staged is held against the signature that the image has when it is imported.
    private async Task<ImageReceipt> StoreAsync(HttpContext context, IImageStore store, Upload upload, Lease lease, bool isFinal)
    {
        var lookEvery = options.StallTimeout < LookEvery ? options.StallTimeout : LookEvery;
        await using var body = new PatientSource(context.Request.Body, options.StallTimeout, lookEvery, () => budget.HasWaitingPuts, time);
        try
        {
            return await store.PutAsync(new ImageId(upload.Image.Id), body, new PutOptions
            {
                ExpectedSize = context.Request.ContentLength,
                MaxSize = upload.MaxSize,
                Inspection = UploadInspection.Of(options.Inspection, upload.Image.DiskFormat, upload.Image.ContainerFormat),
                Signature = isFinal ? await signatures.FindAsync(upload.Image.Id, lease.Token) : null,
            }, lease.Token);
        }
        catch (Exception e)
        {
            await ForgetOrphanAsync(store, upload, e);
            await AbandonAsync(upload, ReasonOf(e));
            if (lease.IsLost)
            {
                throw Gone(upload.Image.Id, e);
            }

            throw;
        }
    }

    // From here on the client's going away changes nothing. Where the database does not answer nobody knows whether it took the change:
    // the data stay, and the lease, which ends, says what becomes of them.
    private async Task FinishAsync(Upload upload, IImageStore store, ImageReceipt receipt, Func<Upload, ImageReceipt, Task<bool>> complete)
    {
        if (await complete(upload, receipt))
        {
            return;
        }

        // Of a deleted image nobody stores anything any more. One that lives on was taken from this upload, which was thought dead, and what
        // lies there may be another one's.
        if (await records.IsGoneAsync(upload.Image.Id))
        {
            await store.DeleteAsync(receipt.Location);
        }

        var gone = Gone(upload.Image.Id, null);
        await AbandonAsync(upload, gone.Message);
        throw gone;
    }

    // While the image is this upload's and has no place, data under its name are nobody's: those of an upload that was thought dead and
    // stored them after all. Without them the next attempt succeeds.
    private async Task ForgetOrphanAsync(IImageStore store, Upload upload, Exception error)
    {
        if (error is StoreException { Error: StoreError.AlreadyExists } && upload.Image.IdGiven == 0)
        {
            await Leftovers.TryRemoveAsync(store, new ImageId(upload.Image.Id), () => records.HoldsAsync(upload), CancellationToken.None);
        }
    }

    private async Task AbandonAsync(Upload upload, string reason)
    {
        try
        {
            await records.AbandonAsync(upload, reason);
        }
        catch (Exception e)
        {
            // The first failure is the one to tell of; the image comes back when the lease has ended.
            LogAbandoned(logger, e, upload.Image.Id);
        }
    }

    // What the client is told, or would be if it were there.
    private static string ReasonOf(Exception error) => error switch
    {
        ApiException e => e.Message,
        StoreException e => StoreErrors.AnswerTo(e).Text,
        _ => "The body ended before all of it had come; nothing was stored.",
    };

    private IImageStore StoreOf(string id)
    {
        IImageStore? store;
        if (id.Length == 0)
        {
            store = stores.Default;
        }
        else if (!stores.TryGet(id, out store) || store.Info.IsReserved)
        {
            throw ApiException.BadRequest($"There is no store '{id}' that takes images; there is {string.Join(", ", stores.Ids)}.");
        }

        return store.Info.Driver.Capabilities.CanWrite
            ? store
            : throw new ApiException(StatusCodes.Status410Gone, $"The store '{store.Id}' is read-only.");
    }

    private static ApiException Gone(string id, Exception? cause) =>
        new(StatusCodes.Status410Gone, $"Image {id} was deleted, or taken from this upload, while its data came; they were not stored.", cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The upload of image {Id} ended, and its row could not be set back; that is done when its lease has ended.")]
    private static partial void LogAbandoned(ILogger logger, Exception error, string id);
}
