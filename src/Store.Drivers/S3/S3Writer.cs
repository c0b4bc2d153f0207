using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.S3;

/// <summary>A multipart upload: a chunk is a part, completing is the commit, and without one it is aborted unless it is to stay.</summary>
internal sealed partial class S3Writer(S3Bucket bucket, S3Creation creation, ImageLocation location, WriteIntent intent, string upload, TimeProvider time,
    ILogger logger)
    : DriverWriter
{
    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<int, S3Part> _parts = new();
    private bool _ended;
    private bool _unclear;

    public override ImageLocation Location => location;

    public override string? Token => intent.StaysOpen ? upload : null;

    /// <summary>The parts of an upload that was opened again, by their number.</summary>
    public IReadOnlyDictionary<int, S3Part> Held { get; init; } = FrozenDictionary<int, S3Part>.Empty;

    public override async ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken) =>
        _parts[chunk.Index] = await bucket.WritePartAsync(location, upload, chunk, cancellationToken).ConfigureAwait(false);

    public override ValueTask<bool> TryKeepChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!Held.TryGetValue(chunk.Index + 1, out var part) || bucket.TryMatch(part, chunk) is not { } same)
        {
            return ValueTask.FromResult(false);
        }

        _parts[chunk.Index] = same;
        return ValueTask.FromResult(true);
    }

    /// <summary>Lets the server copy a part from another object.</summary>
    public async ValueTask CopyPartAsync(int index, S3CopySource from, ByteRange range, CancellationToken cancellationToken) =>
        _parts[index] = await from.PinnedAsync(
            pinned => bucket.CopyPartAsync(pinned, range, location, (upload, index + 1), cancellationToken), cancellationToken).ConfigureAwait(false);

    public override ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken) =>
        CommitAsync(summary.Size, summary.Chunks.Count, cancellationToken);

    /// <summary>Makes so many parts of so many bytes an image.</summary>
    public async ValueTask<StoredObject> CommitAsync(long size, int count, CancellationToken cancellationToken)
    {
        S3Part[] parts = [.. _parts.Values.OrderBy(part => part.Number)];
        if (parts.Sum(part => part.Length) != size || parts.Length != count)
        {
            throw new StoreException(StoreError.Corrupted, $"{parts.Length} parts arrived for {location}, and {count} were sent.");
        }

        var before = _unclear;
        _unclear = true; // also where the answer never comes
        try
        {
            var stored = await creation.PublishAsync(location, intent.Mode, S3PublishStep.Complete,
                condition => bucket.CompleteAsync(location, upload, parts, condition, cancellationToken), cancellationToken).ConfigureAwait(false);
            _ended = true;
            return stored;
        }
        catch (StoreException e) when (!e.IsTransient)
        {
            _unclear = before; // this one was refused, not lost
            throw;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_ended || intent.StaysOpen)
        {
            return;
        }

        _ended = true;
        using var limit = new CancellationTokenSource(AbortLimit, time);
        try
        {
            // Where the answer to completing is missing, it may have taken effect, and an abort would take the parts of what is an image now.
            if (!_unclear || !await bucket.IsCompletedAsync(location, upload, limit.Token).ConfigureAwait(false))
            {
                await bucket.AbortAsync(location, upload, limit.Token).ConfigureAwait(false);
            }
        }
        catch (StoreException e) when (e.InnerException is Amazon.S3.AmazonS3Exception { StatusCode: System.Net.HttpStatusCode.NotFound })
        {
            // it is gone already: completed with an answer that was lost, or swept
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            NotAborted(logger, upload, location, e);
        }
    }

    [LoggerMessage(EventId = 402, Level = LogLevel.Warning, Message = "The upload {Upload} to {Location} could not be aborted; a sweep will find it.")]
    private static partial void NotAborted(ILogger logger, string upload, ImageLocation location, Exception exception);
}
