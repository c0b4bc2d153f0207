using System.Globalization;
using GlanceStore.Drivers;
using GlanceStore.Drivers.File;

namespace GlanceStore.Benchmarks.Comparison.Contestants;

/// <summary>A verified get of an image that two file stores hold; the first may die in mid-body. It tells the time and what was fetched twice.</summary>
internal static class Failover
{
    private static readonly ImageId Id = new("image");

    /// <summary>The chunk length of both stores in bytes: the bound of what may be fetched twice.</summary>
    public const int ChunkBytes = 4 << 20;

    public static async Task RunAsync(string file, string how)
    {
        var size = new FileInfo(file).Length;
        var dies = new FailingDriver(Folder("failover-a")) { DiesAt = how == "dies" ? (size / 2) + (ChunkBytes / 3) : long.MaxValue };
        var lives = new FailingDriver(Folder("failover-b"));
        var options = new ImageStoreOptions { ChunkBytes = ChunkBytes };
        await using var stores = new ImageStores([new ImageStore("a", dies, options with { Weight = 1 }), new ImageStore("b", lives, options)], "a");
        await using var source = File.OpenRead(file);
        ImageReceipt[] receipts = [.. (await stores.PutAsync(Id, source, ["a", "b"])).Receipts];
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await using var image = await stores.OpenReadAsync(receipts.Select(receipt => receipt.Location), ReadOptions.Verify(receipts[0]));
        await image.CopyToAsync(Stream.Null);
        ProcessTimes.ReportWall(watch.Elapsed);
        if (how == "dies" && (dies.FetchedBytes == 0 || lives.FetchedBytes == 0))
        {
            throw new InvalidOperationException("The first store did not die in mid-body.");
        }

        ProcessTimes.ReportCount(dies.FetchedBytes + lives.FetchedBytes - size);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{dies.FetchedBytes} bytes from the first store, {lives.FetchedBytes} from the second"));
    }

    private static FileDriver Folder(string name) => new(new FileDriverOptions { Directory = Directory.CreateDirectory(name).FullName });

    private sealed class FailingDriver(FileDriver inner) : StoreDriver
    {
        private long _fetchedBytes;
        private volatile bool _isDead;

        public long DiesAt { get; init; } = long.MaxValue;

        public long FetchedBytes => Interlocked.Read(ref _fetchedBytes);

        public override DriverInfo Info => inner.Info;

        public override ImageLocation LocationOf(ImageId id) => inner.LocationOf(id);

        public override ImageLocation ParseLocation(string uri) => inner.ParseLocation(uri);

        public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken) =>
            inner.FindAsync(location, cancellationToken);

        public override async ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
        {
            ThrowIfDead();
            return new Reader(await inner.OpenReadAsync(location, intent, cancellationToken), this, intent.Range?.Offset ?? 0);
        }

        public override ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken) =>
            inner.OpenWriteAsync(id, intent, cancellationToken);

        public override ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken) =>
            inner.DeleteAsync(location, intent, cancellationToken);

        private void ThrowIfDead()
        {
            if (_isDead)
            {
                throw new StoreException(StoreError.Unavailable, "The store is dead.") { IsTransient = true };
            }
        }

        private sealed class Reader(DriverReader inner, FailingDriver driver, long position) : DriverReader
        {
            private long _position = position;

            public override StoredObject Object => inner.Object;

            public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
            {
                driver.ThrowIfDead();
                var left = driver.DiesAt - _position;
                driver._isDead = left == 0;
                driver.ThrowIfDead();
                var count = await inner.ReadAsync(left > 0 && left < buffer.Length ? buffer[..(int)left] : buffer, cancellationToken);
                _position += count;
                Interlocked.Add(ref driver._fetchedBytes, count);
                return count;
            }

            public override ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
