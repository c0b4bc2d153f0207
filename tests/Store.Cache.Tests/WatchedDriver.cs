using GlanceStore.Drivers;

namespace GlanceStore.Cache.Tests;

/// <summary>A store whose reads are counted, and which a script may fail, hold up or spoil.</summary>
internal sealed class WatchedDriver(StoreDriver inner) : StoreDriver
{
    private int _reads;
    private long _bytes;

    /// <summary>How many ranges were opened.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>How many bytes were handed over.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>What happens before a range is opened; it is told which one it is, from 1 on.</summary>
    public Func<int, ReadIntent, CancellationToken, Task> BeforeRead { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>What happens before bytes of a range that was opened are read.</summary>
    public Func<CancellationToken, Task> BeforeBytes { get; set; } = _ => Task.CompletedTask;

    /// <summary>What happens to the bytes that are read.</summary>
    public Action<Memory<byte>> Spoil { get; set; } = _ => { };

    public bool CanReadRanges { get; init; } = true;

    public override DriverInfo Info => new(inner.Info.Type, inner.Info.Schemes, inner.Info.Capabilities with { CanReadRanges = CanReadRanges });

    public override ImageLocation LocationOf(ImageId id) => inner.LocationOf(id);

    public override ImageLocation ParseLocation(string uri) => inner.ParseLocation(uri);

    public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken) => inner.FindAsync(location, cancellationToken);

    public override async ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        await BeforeRead(Interlocked.Increment(ref _reads), intent, cancellationToken);
        return new Reader(await inner.OpenReadAsync(location, intent, cancellationToken), this);
    }

    public override ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken) => inner.OpenWriteAsync(id, intent, cancellationToken);

    public override ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken) => inner.DeleteAsync(location, intent, cancellationToken);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Reader(DriverReader inner, WatchedDriver driver) : DriverReader
    {
        public override StoredObject Object => inner.Object;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            await driver.BeforeBytes(cancellationToken);
            var count = await inner.ReadAsync(buffer, cancellationToken);
            Interlocked.Add(ref driver._bytes, count);
            if (count > 0)
            {
                driver.Spoil(buffer[..count]);
            }

            return count;
        }

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
