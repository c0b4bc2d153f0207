using Amazon.S3;
using GlanceStore.Drivers.Shared;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.S3;

/// <summary>Publishes a new image so that it replaces none: by a condition of the request, by looking first, or both.</summary>
internal sealed partial class S3Creation(S3CreateNew how, S3Bucket bucket, ILogger logger)
{
    private const string IfAbsent = "*";

    // Who looks first and then writes takes turns, so that within one process the look counts, whichever store of it writes.
    private static readonly Turns Turns = new();

    private volatile bool _refused;

    /// <summary>Runs the request that publishes.</summary>
    /// <param name="location">The image.</param>
    /// <param name="mode">Create or replace.</param>
    /// <param name="step">Which request publishes.</param>
    /// <param name="request">The request, given the value of <c>If-None-Match</c> or null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<StoredObject> PublishAsync(
        ImageLocation location, WriteMode mode, S3PublishStep step, Func<string?, Task<StoredObject>> request, CancellationToken cancellationToken)
    {
        if (mode == WriteMode.Replace)
        {
            return await request(null).ConfigureAwait(false);
        }

        try
        {
            return await CreateAsync(location, step, request, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchUpload" })
        {
            // AWS may end the upload of a creator who loses against another (409 ConditionalRequestConflict): that one's image is in the way.
            throw await bucket.FindAsync(location, cancellationToken).ConfigureAwait(false) is null ? e : AlreadyThere(location, e);
        }
    }

    private async Task<StoredObject> CreateAsync(
        ImageLocation location, S3PublishStep step, Func<string?, Task<StoredObject>> request, CancellationToken cancellationToken)
    {
        if (step != S3PublishStep.Copy && (how == S3CreateNew.Conditional || (how == S3CreateNew.ConditionalPut && step == S3PublishStep.Put)))
        {
            return await request(IfAbsent).ConfigureAwait(false);
        }

        using var turn = await Turns.TakeAsync(location.Uri, cancellationToken).ConfigureAwait(false);
        return await LookAndPublishAsync(location, request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<StoredObject> LookAndPublishAsync(ImageLocation location, Func<string?, Task<StoredObject>> request, CancellationToken cancellationToken)
    {
        if (await bucket.FindAsync(location, cancellationToken).ConfigureAwait(false) is not null)
        {
            throw AlreadyThere(location, null);
        }

        // CopyObject took no condition for long, and a server may ignore it there: it is looked first, and sent as well.
        if (how is not (S3CreateNew.Auto or S3CreateNew.Conditional) || _refused)
        {
            return await request(null).ConfigureAwait(false);
        }

        try
        {
            return await request(IfAbsent).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.Unsupported && e.InnerException is not null)
        {
            _refused = true;
            ConditionRefused(logger, bucket.Name, e);
            return await request(null).ConfigureAwait(false);
        }
    }

    private static StoreException AlreadyThere(ImageLocation location, Exception? e) =>
        new(StoreError.AlreadyExists, $"There is an image at {location} already.", e);

    [LoggerMessage(EventId = 401, Level = LogLevel.Warning, Message = "The server of the bucket '{Bucket}' takes no conditional writes: two processes "
        + "that create the same image at the same moment are not kept apart. Set CreateNew to LookFirst to say that this is known.")]
    private static partial void ConditionRefused(ILogger logger, string bucket, Exception exception);
}

/// <summary>Which request makes an image visible.</summary>
internal enum S3PublishStep
{
    Put,
    Complete,
    Copy,
}
