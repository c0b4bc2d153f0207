using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.S3;

/// <summary>Publishes a new image so that it replaces none: by a condition of the request, by looking first, or both.</summary>
internal sealed partial class S3Creation(S3CreateNew how, S3Bucket bucket, ILogger logger)
{
    private const string IfAbsent = "*";
    private const int TurnCount = 64;

    // Who looks first and then writes takes turns, so that within one process the look counts, whichever store of it writes.
    private static readonly SemaphoreSlim[] Turns = [.. Enumerable.Range(0, TurnCount).Select(_ => new SemaphoreSlim(1))];

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

        if (step != S3PublishStep.Copy && (how == S3CreateNew.Conditional || (how == S3CreateNew.ConditionalPut && step == S3PublishStep.Put)))
        {
            return await request(IfAbsent).ConfigureAwait(false);
        }

        var turn = Turns[(uint)string.GetHashCode(location.Uri, StringComparison.Ordinal) % TurnCount];
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await LookAndPublishAsync(location, request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<StoredObject> LookAndPublishAsync(ImageLocation location, Func<string?, Task<StoredObject>> request, CancellationToken cancellationToken)
    {
        if (await bucket.FindAsync(location, cancellationToken).ConfigureAwait(false) is not null)
        {
            throw new StoreException(StoreError.AlreadyExists, $"There is an image at {location} already.");
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
