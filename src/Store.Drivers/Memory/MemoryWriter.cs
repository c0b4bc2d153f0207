using System.Collections.Concurrent;

namespace GlanceStore.Drivers.Memory;

internal sealed class MemoryWriter(MemoryDriver driver, ImageLocation location, WriteMode mode) : DriverWriter
{
    // By index, so that a chunk written again takes the place of its first attempt.
    private readonly ConcurrentDictionary<int, byte[]> _chunks = new();

    public override ImageLocation Location => location;

    public override ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _chunks[chunk.Index] = chunk.Bytes.ToArray();
        return ValueTask.CompletedTask;
    }

    public override ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        byte[][] inOrder = [.. _chunks.OrderBy(chunk => chunk.Key).Select(chunk => chunk.Value)];
        var bytes = new byte[inOrder.Sum(chunk => (long)chunk.Length)];
        var end = 0;
        foreach (var chunk in inOrder)
        {
            chunk.CopyTo(bytes, end);
            end += chunk.Length;
        }

        return bytes.Length == summary.Size
            ? ValueTask.FromResult(driver.Publish(location, bytes, mode))
            : throw new StoreException(StoreError.Corrupted, $"{bytes.Length} bytes arrived for {location}, and {summary.Size} were sent.");
    }

    public override ValueTask DisposeAsync()
    {
        _chunks.Clear();
        return ValueTask.CompletedTask;
    }
}
