using GlanceStore.Drivers;

namespace GlanceStore.Benchmarks.Micro;

/// <summary>A backend that takes no time: it forgets what is written, and every image in it is zeros.</summary>
internal sealed class NullDriver(long imageBytes, long chunkBytes) : StoreDriver
{
    private const string Scheme = "null";

    public override DriverInfo Info { get; } = new(Scheme, [Scheme], new DriverCapabilities { PreferredChunkBytes = chunkBytes });

    public override ImageLocation LocationOf(ImageId id) => new($"{Scheme}://{id}", null);

    public override ImageLocation ParseLocation(string uri) => new(uri, null);

    public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken) => new(Describe(location));

    public override ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken) =>
        new(new Reader(Describe(location), intent.Range?.Within(imageBytes).Length ?? imageBytes));

    public override ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken) =>
        new(new Writer(LocationOf(id)));

    public override ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken) => new(true);

    private StoredObject Describe(ImageLocation location) => new(location, imageBytes, "1", null);

    private sealed class Writer(ImageLocation location) : DriverWriter
    {
        public override ImageLocation Location => location;

        public override ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken) => default;

        public override ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken) =>
            new(new StoredObject(location, summary.Size, "1", null));

        public override ValueTask DisposeAsync() => default;
    }

    private sealed class Reader(StoredObject image, long bytes) : DriverReader
    {
        private long _left = bytes;

        public override StoredObject Object => image;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var count = (int)Math.Min(_left, buffer.Length);
            buffer.Span[..count].Clear();
            _left -= count;
            return new ValueTask<int>(count);
        }

        public override ValueTask DisposeAsync() => default;
    }
}
