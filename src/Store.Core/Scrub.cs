using System.Buffers;
using GlanceStore.Diagnostics;
using GlanceStore.Transfer;

namespace GlanceStore;

/// <summary>Reads stored images again and compares every byte with their receipts, no faster than it is told to.</summary>
/// <remarks>
/// One bad image never ends a scrub: it is a result like the others. All images of one scrub share its rate. Each is counted in the metric
/// <c>glancestore.scrub.images</c>, by store and outcome.
/// </remarks>
public sealed partial class Scrub
{
    private const int ReadBytes = 256 << 10;

    // Behind each damaged chunk the image is opened again. Whoever reads more of these than this needs the image and no list.
    private const int MostDamagedChunks = 100;

    private readonly ImageStores _stores;
    private readonly ByteRate _rate;
    private readonly int _parallelism;

    /// <summary>Makes a scrub.</summary>
    /// <param name="stores">The stores that the receipts are of.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is less than one byte a second, or no image is to be read at once.</exception>
    public Scrub(ImageStores stores, ScrubOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(stores);
        if (options?.BytesPerSecond is { } rate)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1, nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options?.Parallelism ?? 1, 1, nameof(options));
        _stores = stores;
        _parallelism = options?.Parallelism ?? ParallelismAt(options?.BytesPerSecond);
        _rate = new ByteRate(options?.BytesPerSecond, time ?? TimeProvider.System);
    }

    /// <summary>Checks one image: every chunk, and every digest of the receipt.</summary>
    /// <remarks>Whatever is wrong with the image or its store is the result; nothing but cancellation is thrown.</remarks>
    public async Task<ScrubResult> CheckAsync(ImageReceipt receipt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        var result = await ReadAsync(receipt, cancellationToken).ConfigureAwait(false);
        StoreInstruments.Scrubbed.Add(1,
            new("glancestore.store", receipt.Location.StoreId ?? result.Error?.StoreId), new("glancestore.scrub.outcome", result.Outcome.ToString()));
        return result;
    }

    private async Task<ScrubResult> ReadAsync(ImageReceipt receipt, CancellationToken cancellationToken)
    {
        var damage = new ScrubDamage(receipt.Chunks);
        var position = new Position();
        var options = new ReadOptions { Manifest = receipt.Chunks, ExpectedDigests = [.. receipt.Digests] };
        while (await ErrorOfAsync(receipt.Location, options, position, cancellationToken).ConfigureAwait(false) is { } error)
        {
            var next = error.Error == StoreError.Corrupted && position.IsOpen ? damage.Add(position.Offset, error) : null;
            if (next is null || !position.CanGoOn || damage.Count == MostDamagedChunks)
            {
                return damage.Result(receipt, position.BytesRead, error);
            }

            // The rest of the image, whose digest nobody needs any more.
            position = new Position { Offset = next.Value, BytesRead = position.BytesRead };
            options = new ReadOptions { Manifest = receipt.Chunks, Range = new ByteRange(next.Value) };
        }

        return damage.Result(receipt, position.BytesRead);
    }

    private async Task<StoreException?> ErrorOfAsync(
        ImageLocation location, ReadOptions options, Position position, CancellationToken cancellationToken)
    {
        try
        {
            var found = _stores.Resolve(location);
            var stream = await found.Store.OpenReadAsync(found.Location, options, cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                (position.IsOpen, position.CanGoOn) = (true, stream.CanSeek);
                await ReadToEndAsync(stream, position, cancellationToken).ConfigureAwait(false);
            }

            return null;
        }
        catch (StoreException e)
        {
            return e;
        }
    }

    // To the end: the digests are checked by the read that would return nothing.
    private async Task ReadToEndAsync(ImageReadStream stream, Position position, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            while (await stream.ReadAsync(buffer.AsMemory(0, ReadBytes), cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                position.Offset += count;
                position.BytesRead += count;
                await _rate.PayAsync(count, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // How far the reading of one image has come.
    private sealed class Position
    {
        public bool IsOpen { get; set; }

        public bool CanGoOn { get; set; }

        public long Offset { get; set; }

        public long BytesRead { get; set; }
    }
}
