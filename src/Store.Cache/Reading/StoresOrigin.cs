namespace GlanceStore.Cache.Reading;

/// <summary>The stores that hold an image.</summary>
/// <param name="stores">The stores.</param>
/// <param name="source">The image.</param>
/// <param name="chunks">What each chunk is verified by; null where all is verified by the digest.</param>
/// <param name="hedging">Who asks for a late chunk once more; null for nobody.</param>
internal sealed class StoresOrigin(ImageStores stores, CacheSource source, ChunkManifest? chunks, Hedging? hedging = null) : IOrigin
{
    public Task<Stream> OpenAsync(long offset, long length, CancellationToken cancellationToken)
    {
        var options = OptionsOf(offset, length);
        return chunks is null || hedging is null
            ? OpenAsync(options, cancellationToken)
            : hedging.OpenAsync((isSecond, token) => OpenReadyAsync(isSecond ? options with { PreferredStores = OthersFirst() } : options, token), length, cancellationToken);
    }

    public ValueTask<bool> IsHoleAsync(long offset, long length, CancellationToken cancellationToken) => ValueTask.FromResult(false);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<Stream> OpenAsync(ReadOptions options, CancellationToken cancellationToken)
    {
        var stream = await stores.OpenReadAsync(source.Locations, options, cancellationToken).ConfigureAwait(false);
        if (stream.Object.Size == source.Size)
        {
            return stream;
        }

        await stream.DisposeAsync().ConfigureAwait(false);
        throw new StoreException(StoreError.Corrupted,
            $"The image at {stream.Object.Location} has {stream.Object.Size} bytes, and {source.Size} were expected: it was cut, extended or replaced.");
    }

    // A chunk is verified before its first byte is handed out, so where that is, all of it is.
    private async Task<Stream> OpenReadyAsync(ReadOptions options, CancellationToken cancellationToken)
    {
        var stream = await OpenAsync(options, cancellationToken).ConfigureAwait(false);
        try
        {
            if (stream.CanSeek)
            {
                await stream.ReadExactlyAsync(new byte[1], cancellationToken).ConfigureAwait(false);
                stream.Position = 0;
            }

            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Asked first is the heaviest, as long as nobody prefers another.
    private string[] OthersFirst()
    {
        var ids = source.Locations.Select(TryResolve).OfType<ResolvedLocation>().OrderByDescending(found => found.Store.Info.Weight).Select(found => found.Store.Id).ToList();
        return [.. ids.Skip(1), .. ids.Take(1)];
    }

    private ResolvedLocation? TryResolve(ImageLocation location)
    {
        try
        {
            return stores.Resolve(location);
        }
        catch (StoreException)
        {
            return null; // reading tells what is wrong with the location
        }
    }

    // The whole is verified by whoever reads it; of a rest, by whoever has the beginning.
    private ReadOptions OptionsOf(long offset, long length) => (chunks, offset) switch
    {
        (not null, _) => new ReadOptions { Manifest = chunks, Range = new ByteRange(offset, length) },
        (_, 0) => new ReadOptions { ExpectedDigests = [source.Digest] },
        _ => new ReadOptions { Range = new ByteRange(offset) },
    };
}
