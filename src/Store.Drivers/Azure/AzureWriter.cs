using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Azure;

/// <summary>An upload: a chunk is a block, the list of blocks is the commit. What is not committed the service discards by itself after a week.</summary>
/// <param name="container">Where it goes.</param>
/// <param name="location">The image.</param>
/// <param name="mode">Create or replace.</param>
/// <param name="before">What was there when a replacement began.</param>
/// <param name="logger">Where to log.</param>
internal sealed partial class AzureWriter(AzureContainer container, ImageLocation location, WriteMode mode, StoredObject? before, ILogger logger) : DriverWriter
{
    private readonly Guid _writer = Guid.NewGuid();
    private readonly ConcurrentDictionary<int, int> _lengths = new();

    public override ImageLocation Location => location;

    public override async ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        await container.StageAsync(location, AzureBlock.IdOf(_writer, chunk.Index), chunk, cancellationToken).ConfigureAwait(false);
        _lengths[chunk.Index] = chunk.Length;
    }

    public override async ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken)
    {
        if (_lengths.Count != summary.Chunks.Count || _lengths.Values.Sum(length => (long)length) != summary.Size)
        {
            throw new StoreException(StoreError.Corrupted, $"{_lengths.Count} blocks arrived for {location}, and {summary.Chunks.Count} were sent.");
        }

        try
        {
            var ids = Enumerable.Range(0, _lengths.Count).Select(index => AzureBlock.IdOf(_writer, index));
            return await container.CommitAsync(location, mode, ids, summary, cancellationToken).ConfigureAwait(false);
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
        if (now is not null && mode == WriteMode.CreateNew)
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
