using System.Collections.Concurrent;
using GlanceStore.Cache;
using GlanceStore.ComputeAgent.Disks;
using GlanceStore.ComputeAgent.Events;
using GlanceStore.ComputeAgent.Http;
using GlanceStore.ComputeAgent.Sources;
using GlanceStore.ComputeAgent.State;
using GlanceStore.Formats;

namespace GlanceStore.ComputeAgent.Images;

/// <summary>The images that the agent was asked for.</summary>
internal sealed partial class AgentImages(
    SourceList sources, ImageCache cache, ImageCheck check, Downloads downloads, RecordFolder<ImageRecord> records, DiskUses uses, EventHub events,
    TimeProvider time, ILogger<AgentImages> logger)
{
    private const int HighestPriority = 100;

    private readonly ConcurrentDictionary<string, AgentImage> _images = new(StringComparer.Ordinal);

    // Whoever changes what is kept does so alone; what takes long, asking sources and fetching, goes on beside it.
    private readonly SemaphoreSlim _gate = new(1);

    public IReadOnlyList<AgentImage> All => [.. _images.Values.OrderBy(image => image.Id, StringComparer.Ordinal)];

    /// <exception cref="AgentException">There is none of the id.</exception>
    public AgentImage Get(ImageId id) => _images.TryGetValue(id.Value, out var image) ? image : throw AgentException.NoImage(id);

    /// <summary>All images, after a look whether those that were ready are still here: what was not used for longest goes when the disk is full.</summary>
    /// <returns>The images, and what is in the cache.</returns>
    public async Task<(IReadOnlyList<AgentImage> Images, IReadOnlyList<CachedEntry> Cached)> ListAsync(CancellationToken cancellationToken)
    {
        // In this order: what becomes ready meanwhile is not in a list that was made before.
        var ready = All.Where(image => image.State == ImageState.Ready).ToList();
        var entries = await cache.ListAsync(cancellationToken);
        foreach (var image in ready.Where(image => !IsIn(entries, image) && image.TryLose()))
        {
            Publish(image);
        }

        return (All, entries);
    }

    public AgentImage? Find(string id) => _images.GetValueOrDefault(id);

    /// <summary>Takes up what an earlier process was asked for. Nothing is fetched before <see cref="FetchMissing"/>.</summary>
    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        var entries = await cache.ListAsync(cancellationToken);
        foreach (var image in records.ReadAll().Select(TryMake).OfType<AgentImage>())
        {
            _images[image.Id] = image;
            if (image.Record.WasReady && IsIn(entries, image))
            {
                image.End(ImageState.Ready);
            }
        }
    }

    /// <summary>Goes on fetching what an earlier process did not get to its end. What was here and had to make room stays away, as it does without a restart, unless a disk reads it.</summary>
    /// <param name="read">The ids of the images that disks read.</param>
    public void FetchMissing(IReadOnlySet<string> read)
    {
        foreach (var image in All.Where(image => image is { State: ImageState.Known, Record.FetchWhenUsed: false } && (!image.Record.WasReady || read.Contains(image.Id))))
        {
            Fetch(image);
        }
    }

    /// <summary>Makes sure that an image is here, or on its way; who asks again joins.</summary>
    public async Task<AgentImage> EnsureAsync(ImageId id, ImageRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        var origin = await OriginOfAsync(id, request, cancellationToken);
        var digest = origin.Digest; // known to be one before anything is kept
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var known = Find(id.Value);
            if (known is not null && known.Source.Digest != digest)
            {
                throw AgentException.Conflict(StoreError.Changed,
                    $"The image {id} has another content now ({digest}) than the one that is here ({known.Source.Digest}): nothing was changed; delete the image here first, if it is meant.");
            }

            return await KeepAsync(id, known, RecordOf(id, request, origin, known?.Record), cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Forgets an image, and removes its content unless another one has the same.</summary>
    public async Task DeleteAsync(ImageId id, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var image = Get(id);
            if (uses.Of(image.Id) is { Count: > 0 } disks)
            {
                throw AgentException.Conflict(StoreError.InUse, $"The image {id} is used by the {(disks.Count == 1 ? "disk" : "disks")} {string.Join(", ", disks.Take(5))}, so it stays.");
            }

            await image.StopAsync();
            if (!_images.Values.Any(other => other != image && other.Source.Digest == image.Source.Digest))
            {
                await EvictAsync(image, cancellationToken);
            }

            records.Remove(image.Id);
            _images.TryRemove(image.Id, out _);
            image.Told.TellEnd(events, new AgentEvent("image_deleted", new { image.Id }));
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Runs what must not be beside a change of the images, such as a disk that begins to use one.</summary>
    public async Task<T> AloneAsync<T>(Func<T> action, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return action();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Looks into an image where nobody has yet.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Refused"/>: it is handed to no guest.</exception>
    public async Task<FoundImage> RequireFitAsync(AgentImage image, CancellationToken cancellationToken)
    {
        if (image.Record.Found is { } known)
        {
            return known;
        }

        var origin = image.Record.Origin;
        var found = await check.RunAsync(origin, null, cancellationToken);
        await WriteAsync(image, record => record.Origin.IsOfTheSame(origin) ? record with { Found = found } : record, cancellationToken);
        return found;
    }

    private static void Check(ImageRequest request)
    {
        if (request.Format is not (null or "raw"))
        {
            throw AgentException.BadRequest("'format' is raw, for the guest's disk in the image, or is not there, for the image as it is stored.");
        }

        if (Math.Abs((long)request.Priority) > HighestPriority)
        {
            throw AgentException.BadRequest($"'priority' is a number from -{HighestPriority} to {HighestPriority}.");
        }

        if (request is { Receipt: not null, Source: not null })
        {
            throw AgentException.BadRequest("A request has a 'receipt' or names a 'source', and not both.");
        }
    }

    // What is here already was verified: a source that is away does not stand in its way.
    private async Task<ImageOrigin> OriginOfAsync(ImageId id, ImageRequest request, CancellationToken cancellationToken)
    {
        if (request.Receipt is { } receipt)
        {
            return new ImageOrigin { Receipt = receipt, DiskFormat = receipt.Inspection?.Format, Signature = request.Signature };
        }

        var known = Find(id.Value);
        if (known is not null && known.Record.Origin.Source is null && request.Source is null)
        {
            return Signed(known.Record.Origin, request.Signature);
        }

        try
        {
            if (await sources.FindAsync(id, request.Source, cancellationToken) is { } found)
            {
                return Signed(found, request.Signature);
            }
        }
        catch (StoreException e) when (known is not null && e.Error != StoreError.NotFound)
        {
            return Signed(known.Record.Origin, request.Signature);
        }

        throw known is null
            ? new AgentException(StatusCodes.Status404NotFound, nameof(StoreError.NotFound), $"No source knows an image {id}.")
            : new AgentException(StatusCodes.Status410Gone, nameof(StoreError.NotFound), $"The image {id} is not known to its source any more; what is here of it stays until it is deleted.");
    }

    private static ImageOrigin Signed(ImageOrigin origin, SignatureRecord? signature) => signature is null ? origin : origin with { Signature = signature };

    private static ImageRecord RecordOf(ImageId id, ImageRequest request, ImageOrigin origin, ImageRecord? known)
    {
        // What was found out of the content stands, unless it is asked for with another signature or format than it was looked into for.
        var isSame = known is not null && known.Origin.IsOfTheSame(origin);
        return new ImageRecord(id.Value, origin)
        {
            Format = request.Format,
            Priority = request.Priority,
            FetchWhenUsed = request.Fetch == FetchMode.WhenUsed,
            Found = isSame ? known!.Found : null,
            WasReady = isSame && known!.WasReady && known.Format == request.Format,
        };
    }

    private async Task<AgentImage> KeepAsync(ImageId id, AgentImage? known, ImageRecord record, CancellationToken cancellationToken)
    {
        var isHere = known is { State: ImageState.Ready } && record.WasReady && IsIn(await cache.ListAsync(cancellationToken), known);
        if (!isHere && known?.State != ImageState.Downloading) // which says so itself, at its end
        {
            record = record with { WasReady = false }; // so that the next start goes on with it
        }

        records.Write(id.Value, record);
        var image = known ?? new AgentImage(record, ImageState.Known);
        var rose = record.Priority > image.Record.Priority;
        image.Update(record);
        _images[id.Value] = image;
        if (isHere)
        {
            return image;
        }

        if (record.FetchWhenUsed && image.State is not (ImageState.Queued or ImageState.Downloading))
        {
            image.End(ImageState.Known);
            Publish(image);
        }
        else if (!Fetch(image) && rose)
        {
            downloads.Add(image, DownloadAsync);
        }

        return image;
    }

    // The disk of an image that is raw already is the image itself.
    private static bool IsIn(IReadOnlyList<CachedEntry> entries, AgentImage image) => entries.Any(entry => entry.IsWhole && entry.Digest == image.Source.Digest
        && (entry.Format == image.Record.Format || (entry.Format is null && image.Record.Found is { } found && DiskFormats.OfQemu(found.Format) == ImageFormat.Raw)));

    /// <summary>Has an image fetched where that does not go on already.</summary>
    /// <returns>Whether it did not.</returns>
    public bool Fetch(AgentImage image)
    {
        if (!image.TryQueue())
        {
            return false;
        }

        Publish(image);
        downloads.Add(image, DownloadAsync);
        return true;
    }

    private async Task DownloadAsync(AgentImage image, CancellationToken cancellationToken)
    {
        try
        {
            Publish(image);
            await WriteAsync(image, now => now with { WasReady = false }, cancellationToken); // so that the next start goes on with it
            var record = image.Record;
            var progress = new DownloadProgress(image, Publish, time);
            var found = record.Found ?? await check.RunAsync(record.Origin, progress, cancellationToken);
            await using (await cache.EnsureAsync(record.Origin.ToSource(), record.Format, progress, cancellationToken))
            {
                await WriteAsync(image, now => now.Origin.IsOfTheSame(record.Origin) ? now with { Found = found, WasReady = now.Format == record.Format } : now, cancellationToken);
            }

            image.End(image.Record.WasReady ? ImageState.Ready : ImageState.Known);
            if (!image.Record.WasReady)
            {
                Fetch(image); // it was asked for in another way meanwhile
                return;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            image.End(ImageState.Known);
            return;
        }
        catch (StoreException e)
        {
            LogFailure(logger, image.Id, e.Message);
            image.End(ImageState.Failed, new ImageFailure(e.Error.ToString(), e.Message));
        }
        catch (Exception e)
        {
            LogBug(logger, e, image.Id);
            image.End(ImageState.Failed, new ImageFailure("Failed", "The agent failed; its log says how."));
        }

        Publish(image);
    }

    private async Task WriteAsync(AgentImage image, Func<ImageRecord, ImageRecord> change, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var record = change(image.Record);
            if (record != image.Record && Find(image.Id) == image)
            {
                records.Write(image.Id, record);
                image.Update(record);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task EvictAsync(AgentImage image, CancellationToken cancellationToken)
    {
        // What was on its way holds it until it has noticed that it is not any more.
        while (true)
        {
            var isEnding = image.State == ImageState.Downloading;
            try
            {
                await cache.EvictAsync(image.Source.Digest, cancellationToken);
                return;
            }
            catch (StoreException e) when (e.Error == StoreError.InUse && isEnding)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
            }
        }
    }

    private AgentImage? TryMake(ImageRecord record)
    {
        try
        {
            return new AgentImage(check.IsEnough(record.Origin) ? record : record with { Found = null, WasReady = false }, ImageState.Known);
        }
        catch (Exception e) when (e is StoreException or ArgumentException)
        {
            LogFailure(logger, record.Id, e.Message);
            return null;
        }
    }

    private void Publish(AgentImage image) => image.Told.Tell(events, () => new AgentEvent("image", ImageDocument.Of(image)));

    [LoggerMessage(Level = LogLevel.Warning, Message = "The image {Image} is not here: {Reason}")]
    private static partial void LogFailure(ILogger logger, string image, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The image {Image} is not here.")]
    private static partial void LogBug(ILogger logger, Exception error, string image);
}
