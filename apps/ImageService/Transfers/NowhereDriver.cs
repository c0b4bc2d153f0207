using GlanceStore.Drivers;

namespace GlanceStore.ImageService.Transfers;

/// <summary>Stores nothing: a put into it makes the receipt of what is stored elsewhere, by whomever.</summary>
internal sealed class NowhereDriver : StoreDriver
{
    private const string Scheme = "nowhere";

    public override DriverInfo Info { get; } = new(Scheme, [Scheme], new DriverCapabilities { CanDelete = false });

    public override ImageLocation LocationOf(ImageId id) => new($"{Scheme}://{Scheme}/{id.Value}", null);

    public override ImageLocation ParseLocation(string uri) => new(uri, null);

    public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken) => ValueTask.FromResult<StoredObject?>(null);

    public override ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken) =>
        throw new StoreException(StoreError.NotFound, $"Nothing is stored at {location}.");

    public override ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken) =>
        ValueTask.FromResult<DriverWriter>(new Writer(LocationOf(id)));

    public override ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken) => ValueTask.FromResult(false);

    private sealed class Writer(ImageLocation location) : DriverWriter
    {
        public override ImageLocation Location => location;

        public override ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public override ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new StoredObject(location, summary.Size, null, null));

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
