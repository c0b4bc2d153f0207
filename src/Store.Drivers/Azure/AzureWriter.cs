using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Azure;

/// <summary>An upload: a chunk is a block, the list of blocks is the commit. What is not committed the service discards by itself after a week.</summary>
/// <param name="container">Where it goes.</param>
/// <param name="location">The image.</param>
/// <param name="writer">What the names of its blocks begin with.</param>
/// <param name="intent">What the upload is going to be.</param>
/// <param name="before">What was there when a replacement began.</param>
/// <param name="logger">Where to log.</param>
internal sealed partial class AzureWriter(AzureContainer container, ImageLocation location, Guid writer, WriteIntent intent, StoredObject? before, ILogger logger)
    : DriverWriter
{
    private readonly ConcurrentDictionary<int, int> _lengths = new();

    public override ImageLocation Location => location;

    public override string? Token => intent.StaysOpen ? writer.ToString("N") : null;

    /// <summary>The lengths of the blocks of an upload that was opened again, by their ids.</summary>
    public IReadOnlyDictionary<string, long> Held { get; init; } = FrozenDictionary<string, long>.Empty;

    public override async ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        await container.StageAsync(location, AzureBlock.IdOf(writer, chunk.Index), chunk, cancellationToken).ConfigureAwait(false);
        _lengths[chunk.Index] = chunk.Length;
    }

    // The service tells no checksum of a block; it compared the one that came with it.
    public override ValueTask<bool> TryKeepChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var same = Held.TryGetValue(AzureBlock.IdOf(writer, chunk.Index), out var length) && length == chunk.Length;
        if (same)
        {
            _lengths[chunk.Index] = chunk.Length;
        }

        return ValueTask.FromResult(same);
    }

    /// <summary>Lets the service copy a range of another blob into a block.</summary>
    public async ValueTask CopyBlockAsync(int index, Uri source, StoredObject image, ByteRange range, CancellationToken cancellationToken)
    {
        await container.StageFromAsync(location, AzureBlock.IdOf(writer, index), source, image, range, cancellationToken).ConfigureAwait(false);
        _lengths[index] = (int)range.Length!.Value;
    }

    public override ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken) =>
        CommitAsync(summary, summary.Chunks.Count, cancellationToken);

    /// <summary>Makes so many blocks an image.</summary>
    public async ValueTask<StoredObject> CommitAsync(WriteSummary summary, int count, CancellationToken cancellationToken)
    {
        if (_lengths.Count != count || _lengths.Values.Sum(length => (long)length) != summary.Size)
        {
            throw new StoreException(StoreError.Corrupted, $"{_lengths.Count} blocks arrived for {location}, and {count} were sent.");
        }

        try
        {
            var ids = Enumerable.Range(0, _lengths.Count).Select(index => AzureBlock.IdOf(writer, index));
            return await container.CommitAsync(location, intent.Mode, ids, summary, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (AzureErrors.IsBlocksMissing(e))
        {
            return await SettleAsync(summary, cancellationToken).ConfigureAwait(false)
                ?? throw new StoreException(e.Error, e.Message, e.InnerException) { RequestId = e.RequestId };
        }
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Uploads to one blob share one set of uncommitted blocks, and whoever commits first discards those of all others. The loser of a
    // creation finds an image there. A replacement that finds another image than when it began was overtaken: all its blocks had arrived or
    // were arriving when the other one was published, so that it counts as published just before, and replaced at once.
    private async Task<StoredObject?> SettleAsync(WriteSummary summary, CancellationToken cancellationToken)
    {
        var now = await container.FindAsync(location, cancellationToken).ConfigureAwait(false);
        if (now is not null && intent.Mode == WriteMode.CreateNew)
        {
            throw new StoreException(StoreError.AlreadyExists, $"Committing {location} failed: there is an image already.");
        }

        if (now is null || now.VersionTag == before?.VersionTag)
        {
            return null;
        }

        Overtaken(logger, location);
        return new StoredObject(location, summary.Size, null, null);
    }

    [LoggerMessage(EventId = 601, Level = LogLevel.Information,
        Message = "The replacement of {Location} was itself replaced by another one at the moment it was published.")]
    private static partial void Overtaken(ILogger logger, ImageLocation location);
}
