using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;

namespace GlanceStore.Formats.Tests;

/// <summary>A memory store that counts what is read of it, and that may read no ranges or refuse them when they are asked for.</summary>
internal sealed class CountingDriver(RangeReading ranges = RangeReading.Reads) : StoreDriver
{
    private readonly MemoryDriver _inner = new();
    private long _bytes;
    private int _reads;

    public int Reads => _reads;

    public long Bytes => Interlocked.Read(ref _bytes);

    public override DriverInfo Info { get; } =
        new("memory", ["memory"], new DriverCapabilities { CanReadRanges = ranges != RangeReading.Never, PreferredChunkBytes = 1 << 20, MaxParallelChunks = 1 });

    public override ImageLocation LocationOf(ImageId id) => _inner.LocationOf(id);

    public override ImageLocation ParseLocation(string uri) => _inner.ParseLocation(uri);

    public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken) => _inner.FindAsync(location, cancellationToken);

    public override async ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        if (ranges == RangeReading.Refuses && intent.Range is { Offset: > 0 })
        {
            throw new StoreException(StoreError.Unsupported, "The server reads no ranges.");
        }

        return new Reader(await _inner.OpenReadAsync(location, intent, cancellationToken), this);
    }

    public override ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken) => _inner.OpenWriteAsync(id, intent, cancellationToken);

    public override ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken) => _inner.DeleteAsync(location, intent, cancellationToken);

    private sealed class Reader(DriverReader inner, CountingDriver driver) : DriverReader
    {
        public override StoredObject Object => inner.Object;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            Interlocked.Add(ref driver._bytes, count);
            return count;
        }

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

/// <summary>How a store reads ranges.</summary>
public enum RangeReading
{
    /// <summary>As it should.</summary>
    Reads,

    /// <summary>The store says that it reads none.</summary>
    Never,

    /// <summary>It turns out when one is asked for.</summary>
    Refuses,
}
