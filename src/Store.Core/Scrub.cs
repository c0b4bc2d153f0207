using GlanceStore.Diagnostics;
using GlanceStore.Transfer;

namespace GlanceStore;

/// <summary>Reads stored images again and compares every byte with what is known of them, no faster than it is told to.</summary>
/// <remarks>
/// Of an image with a receipt every chunk is compared, and every digest; of one that only others recorded (<see cref="KnownImage"/>) its digests, or where there are none the one that its
/// backend keeps. One bad image never ends a scrub: it is a result like the others. All images of one scrub share its rate. Each is counted in the metric
/// <c>glancestore.scrub.images</c>, by store and outcome.
/// </remarks>
public sealed partial class Scrub
{
    private const int ReadBytes = 256 << 10;

    // Behind each damaged chunk the image is opened again. Whoever reads more of these than this needs the image and no list.
    private const int MostDamagedChunks = 100;

    private readonly ImageStores _stores;
    private readonly ByteRate _rate;
    private readonly bool _hasRate;
    private readonly int _parallelism;

    /// <summary>Makes a scrub.</summary>
    /// <param name="stores">The stores that the images are in.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is less than one byte a second, or no image is to be read at once.</exception>
    public Scrub(ImageStores stores, ScrubOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(stores);
        if (options?.BytesPerSecond is { } rate)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1, nameof(options));
            _hasRate = true;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options?.Parallelism ?? 1, 1, nameof(options));
        _stores = stores;
        _parallelism = options?.Parallelism ?? ParallelismAt(options?.BytesPerSecond);
        _rate = new ByteRate(options?.BytesPerSecond, time ?? TimeProvider.System);
    }

    /// <summary>Checks one image: every chunk that is known, and every digest.</summary>
    /// <remarks>Whatever is wrong with the image or its store is the result; nothing but cancellation is thrown.</remarks>
    public async Task<ScrubResult> CheckAsync(IKnownImage image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        var result = await FindAndReadAsync(image, cancellationToken).ConfigureAwait(false);
        StoreInstruments.Scrubbed.Add(1,
            new("glancestore.store", image.Location.StoreId ?? result.Error?.StoreId), new("glancestore.scrub.outcome", result.Outcome.ToString()));
        return result;
    }

    private async Task<ScrubResult> FindAndReadAsync(IKnownImage image, CancellationToken cancellationToken)
    {
        var damage = new ScrubDamage(image);
        Digest[] digests = [.. image.Digests];
        if (image.Chunks is null && digests.Length == 0)
        {
            try
            {
                if (await DigestOfBackendAsync(image, cancellationToken).ConfigureAwait(false) is not { } kept)
                {
                    return Unverified(image);
                }

                digests = [kept];
            }
            catch (StoreException e)
            {
                return damage.Result(0, e);
            }
        }

        var result = await ReadAsync(image, digests, damage, cancellationToken).ConfigureAwait(false);
        return result with { ComparedWith = [.. image.Chunks is null ? Array.Empty<string>() : ["chunks"], .. digests.Select(digest => digest.Algorithm)] };
    }

    private async Task<ScrubResult> ReadAsync(IKnownImage image, Digest[] digests, ScrubDamage damage, CancellationToken cancellationToken)
    {
        var sink = new ScrubSink(_rate);
        var options = new ReadOptions { Manifest = image.Chunks, ExpectedDigests = digests, LendsPieces = !_hasRate };
        while (await ErrorOfAsync(image, options, sink, cancellationToken).ConfigureAwait(false) is { } error)
        {
            var next = error.Error == StoreError.Corrupted && sink.IsOpen ? damage.Add(sink.Offset, error) : null;
            if (next is null || !sink.CanGoOn || damage.Count == MostDamagedChunks)
            {
                return damage.Result(sink.BytesRead, error);
            }

            // The rest of the image, whose digest nobody needs any more.
            sink.GoOnAt(next.Value);
            options = options with { ExpectedDigests = [], Range = new ByteRange(next.Value) };
        }

        return damage.Result(sink.BytesRead);
    }

    private async Task<StoreException?> ErrorOfAsync(IKnownImage image, ReadOptions options, ScrubSink sink, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await OpenAsync(_stores.Resolve(image.Location), options, cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                if (image.Size is { } size && size != stream.Object.Size)
                {
                    return OtherSize(stream.Object, size);
                }

                (sink.IsOpen, sink.CanGoOn) = (true, stream.CanSeek);

                // To the end: the digests are checked by the read that would return nothing.
                await stream.CopyToAsync(sink, ReadBytes, cancellationToken).ConfigureAwait(false);
            }

            return null;
        }
        catch (StoreException e)
        {
            return e;
        }
    }

    // Several are read at once, each by no more memory than its share.
    private Task<ImageReadStream> OpenAsync(ResolvedLocation found, ReadOptions options, CancellationToken cancellationToken) => found.Store is ImageStore store
        ? store.OpenReadAsync(found.Location, options, PlainBytesOf(store.Parts.Budget), cancellationToken)
        : found.Store.OpenReadAsync(found.Location, options, cancellationToken);

    private async Task<Digest?> DigestOfBackendAsync(IKnownImage image, CancellationToken cancellationToken)
    {
        var found = _stores.Resolve(image.Location);
        var stored = await found.Store.FindAsync(found.Location, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreException(StoreError.NotFound, $"There is no image at {image.Location} in the store '{found.Store.Id}'.");
        return image.Size is { } size && size != stored.Size ? throw OtherSize(stored, size) : stored.Digest;
    }

    private static ScrubResult Unverified(IKnownImage image) => new(image, ScrubOutcome.Unverified, 0)
    {
        Error = new StoreException(StoreError.Unsupported,
            $"There is nothing to compare the bytes of {image.Location} with: neither a checksum nor a multihash of it is known, and its store keeps no digest."),
    };

    private static StoreException OtherSize(StoredObject stored, long size) => new(StoreError.Corrupted,
        $"The image at {stored.Location} has {stored.Size} bytes, and {size} were recorded: it was cut, extended or replaced.");
}
