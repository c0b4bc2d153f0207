using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Swift;

/// <summary>
/// An upload in segments: a chunk is an object of its own, the manifest is the commit, and without one the segments are removed unless they are
/// to stay.
/// </summary>
internal sealed partial class SwiftWriter(SwiftAccount account, SwiftPlace place, SwiftSegments segments, ImageLocation location, WriteIntent intent,
    SwiftDriverOptions options, TimeProvider time, ILogger logger) : DriverWriter
{
    // A request whose connection was cut after its last byte may still be carried out, in Ceph even after the object was deleted.
    private static readonly TimeSpan LateArrival = TimeSpan.FromMilliseconds(250);

    private readonly SwiftObjects _objects = account.Objects;
    private readonly SwiftSegments _segments = segments;
    private readonly ConcurrentDictionary<int, SwiftPart?> _parts = new();
    private readonly SwiftCreation _creation = new(account.Objects, logger);
    private SwiftObject? _replaced;
    private State _state;

    private enum State
    {
        Open,
        Unclear,
        Committed,
        Ended,
    }

    public override ImageLocation Location => location;

    public override string? Token => intent.StaysOpen ? _segments.Upload : null;

    /// <summary>The segments of an upload that was opened again, by their name.</summary>
    public IReadOnlyDictionary<string, SwiftEntry> Held { get; init; } = FrozenDictionary<string, SwiftEntry>.Empty;

    public override async ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        await CheckAsync(chunk, cancellationToken).ConfigureAwait(false);
        var name = _segments.NameOf(chunk.Index);
        var md5 = Convert.ToHexStringLower(chunk.Digest.Span);
        _parts[chunk.Index] = null; // on its way: from here on there may be something to remove
        var put = await _objects.PutAsync(place.Container, name, "", chunk.Bytes,
            [("ETag", md5), ("Content-Type", "application/octet-stream")], cancellationToken).ConfigureAwait(false);
        if (put.ETag is { } stored && stored != md5)
        {
            throw new StoreException(StoreError.Corrupted, $"The server has other bytes of {location} than were sent.") { IsTransient = true };
        }

        _parts[chunk.Index] = new SwiftPart(name, chunk.Length, md5);
    }

    public override ValueTask<bool> TryKeepChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var name = _segments.NameOf(chunk.Index);
        var md5 = Convert.ToHexStringLower(chunk.Digest.Span);
        var same = Held.TryGetValue(name, out var entry) && entry.Size == chunk.Length && entry.Hash == md5;
        if (same)
        {
            _parts[chunk.Index] = new SwiftPart(name, chunk.Length, md5);
        }

        return ValueTask.FromResult(same);
    }

    /// <summary>Lets the cluster copy an object into a segment.</summary>
    public async ValueTask CopySegmentAsync(int index, string container, SwiftPart source, CancellationToken cancellationToken)
    {
        var name = _segments.NameOf(index);
        _parts[index] = null;
        var copied = await _objects.CopyAsync(container, source.Name, place.Container, name, cancellationToken).ConfigureAwait(false);
        if (copied != source.ETag)
        {
            throw new StoreException(StoreError.Changed, $"{container}/{source.Name} was replaced before it was copied.");
        }

        _parts[index] = source with { Name = name };
    }

    public override ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken) =>
        CommitAsync(summary.Size, summary.Chunks.Count, cancellationToken);

    /// <summary>Makes so many segments of so many bytes an image.</summary>
    public async ValueTask<StoredObject> CommitAsync(long size, int count, CancellationToken cancellationToken)
    {
        SwiftPart[] parts = [.. _parts.OrderBy(part => part.Key).Select(part => part.Value).OfType<SwiftPart>()];
        if (parts.Length != _parts.Count || parts.Sum(part => part.Length) != size || parts.Length != count)
        {
            throw new StoreException(StoreError.Corrupted, string.Create(CultureInfo.InvariantCulture,
                $"{parts.Length} segments arrived for {location}, and {count} were sent."));
        }

        await RemoveStrayAsync(parts, cancellationToken).ConfigureAwait(false);
        var manifests = new SwiftManifests(_objects, place.Container, _segments);
        var published = await _creation.PublishAsync(place, intent.Mode, condition =>
        {
            _state = State.Unclear;
            return options.Manifest == SwiftManifest.Slo
                ? manifests.PutStaticAsync(parts, condition, cancellationToken)
                : manifests.PutDynamicAsync(parts, condition, cancellationToken);
        }, Replacing, cancellationToken).ConfigureAwait(false);
        _state = State.Committed;
        return new StoredObject(location, size, published.ETag, published.LastModified);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_state == State.Ended)
        {
            return;
        }

        using var limit = new CancellationTokenSource(SwiftCreation.CleanUpLimit, time);
        var mayBeStored = _state == State.Unclear;
        try
        {
            if (_state == State.Committed || (mayBeStored && await IsPublishedAsync(limit.Token).ConfigureAwait(false)))
            {
                await EndReplacedAsync().ConfigureAwait(false);
            }
            else if (!intent.StaysOpen)
            {
                mayBeStored = false;
                await AbortAsync(limit).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (mayBeStored && e is StoreException or OperationCanceledException)
        {
            NotKnown(logger, _segments.Everything, location, e);
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            NotRemoved(logger, _segments.Everything, location, e);
        }

        _state = State.Ended;
    }

    // A dynamic manifest takes all that has the prefix: also what an earlier writer wrote of a source that was longer.
    private async Task RemoveStrayAsync(SwiftPart[] parts, CancellationToken cancellationToken)
    {
        string[] stray = [.. Held.Keys.Except(parts.Select(part => part.Name))];
        if (stray.Length > 0)
        {
            await _objects.DeleteAllAsync(place.Container, stray, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Replacing(SwiftObject old)
    {
        if (!old.IsOf(_segments)) // it is this upload's own where the answer to an earlier commit was lost
        {
            _replaced = old;
        }
    }

    private async Task<bool> IsPublishedAsync(CancellationToken cancellationToken) =>
        await _objects.FindAsync(place.Container, place.Id, cancellationToken).ConfigureAwait(false) is { } found && found.IsOf(_segments);

    private async Task EndReplacedAsync()
    {
        if (_replaced is { } old)
        {
            await _creation.RemoveReplacedAsync(old).ConfigureAwait(false);
        }
    }

    // By name, since a listing may lag; and in Swift a deletion outlives a write that began before it.
    private async Task AbortAsync(CancellationTokenSource limit)
    {
        if (!_parts.IsEmpty)
        {
            await RemoveAsync([.. _parts.Keys.Select(_segments.NameOf), .. GroupNames()], limit).ConfigureAwait(false);
            string[] late = [.. _parts.Where(part => part.Value is null).Select(part => _segments.NameOf(part.Key))];
            if (late.Length > 0)
            {
                await Task.Delay(LateArrival, time, limit.Token).ConfigureAwait(false);
                await RemoveAsync(late, limit).ConfigureAwait(false);
            }
        }

        if (options.MultiTenant)
        {
            await _objects.RemoveContainerAsync(place.Container, limit.Token).ConfigureAwait(false);
        }
    }

    private async Task RemoveAsync(string[] names, CancellationTokenSource limit)
    {
        foreach (var some in names.Chunk(await _objects.DeletesAtOnceAsync(limit.Token).ConfigureAwait(false)))
        {
            limit.CancelAfter(SwiftCreation.CleanUpLimit);
            await _objects.DeleteAllAsync(place.Container, some, limit.Token).ConfigureAwait(false);
        }
    }

    // Manifests of manifests exist only where a commit was tried.
    private IEnumerable<string> GroupNames() =>
        _state == State.Unclear ? Enumerable.Range(0, (_parts.Count / SwiftManifests.FewestOfGroup) + 1).Select(_segments.GroupOf) : [];

    private async ValueTask CheckAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        var most = await _objects.Limits.MaxObjectBytesAsync(cancellationToken).ConfigureAwait(false);
        if (chunk.Length > most)
        {
            throw new StoreException(StoreError.TooLarge, string.Create(CultureInfo.InvariantCulture,
                $"The server takes no segment of {chunk.Length} bytes, only {most}; lower the store's chunk length."));
        }

        var least = options.Manifest == SwiftManifest.Slo ? await _objects.Limits.MinSegmentBytesAsync(cancellationToken).ConfigureAwait(false) : 0;
        if (!chunk.IsLast && chunk.Length < least)
        {
            throw new StoreException(StoreError.InvalidConfiguration, string.Create(CultureInfo.InvariantCulture,
                $"The server wants segments of {least} bytes or more, and these have {chunk.Length}; raise the store's chunk length."));
        }
    }

    [LoggerMessage(EventId = 502, Level = LogLevel.Warning,
        Message = "The segments {Segments} of an upload to {Location} could not be removed; a sweep will find them.")]
    private static partial void NotRemoved(ILogger logger, string segments, ImageLocation location, Exception exception);

    [LoggerMessage(EventId = 504, Level = LogLevel.Warning,
        Message = "Whether the upload {Segments} is the image at {Location} now could not be asked; what is left over, a sweep will find.")]
    private static partial void NotKnown(ILogger logger, string segments, ImageLocation location, Exception exception);
}
