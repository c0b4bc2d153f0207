namespace GlanceStore.Cache.Reading;

/// <summary>The stores that hold an image.</summary>
/// <param name="stores">The stores.</param>
/// <param name="source">The image.</param>
/// <param name="chunks">What each chunk is verified by; null where all is verified by the digest.</param>
internal sealed class StoresOrigin(ImageStores stores, CacheSource source, ChunkManifest? chunks) : IOrigin
{
    public async Task<Stream> OpenAsync(long offset, long length, CancellationToken cancellationToken)
    {
        var stream = await stores.OpenReadAsync(source.Locations, OptionsOf(offset, length), cancellationToken).ConfigureAwait(false);
        if (stream.Object.Size == source.Size)
        {
            return stream;
        }

        await stream.DisposeAsync().ConfigureAwait(false);
        throw new StoreException(StoreError.Corrupted,
            $"The image at {stream.Object.Location} has {stream.Object.Size} bytes, and {source.Size} were expected: it was cut, extended or replaced.");
    }

    public ValueTask<bool> IsHoleAsync(long offset, long length, CancellationToken cancellationToken) => ValueTask.FromResult(false);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // The whole is verified by whoever reads it; of a rest, by whoever has the beginning.
    private ReadOptions OptionsOf(long offset, long length) => (chunks, offset) switch
    {
        (not null, _) => new ReadOptions { Manifest = chunks, Range = new ByteRange(offset, length) },
        (_, 0) => new ReadOptions { ExpectedDigests = [source.Digest] },
        _ => new ReadOptions { Range = new ByteRange(offset) },
    };
}
