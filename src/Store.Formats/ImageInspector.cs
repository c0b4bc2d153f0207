using GlanceStore.Formats.Inspection;

namespace GlanceStore.Formats;

/// <summary>
/// Finds out what an image is as its bytes pass by: its format, the size of the guest's disk, and whether it leads elsewhere. The rules are
/// those of oslo.utils' format inspector, and docs/formats.md says where they were mended.
/// </summary>
/// <remarks>The verdict depends on the bytes alone, not on how they are cut. Nothing is sought or kept but headers: 36 KiB, at most 4 MiB.</remarks>
public sealed class ImageInspector : StreamInspector
{
    /// <summary>How many of the last bytes tell something: the footer of a VMDK; a VHD's is 512.</summary>
    internal const int TailBytes = 1536;

    private const int BufferBytes = 64 << 10;

    private readonly InspectionRun _run = new();
    private readonly byte[] _tail = new byte[TailBytes];
    private int _tailCount;
    private ImageInspection? _verdict;

    /// <inheritdoc/>
    public override long HeldBytes => _run.HeldBytes;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The verdict was given already.</exception>
    public override void Append(ReadOnlySpan<byte> bytes)
    {
        if (_verdict is not null)
        {
            throw new InvalidOperationException("The inspector has given its verdict and takes no more bytes.");
        }

        _run.Pass(bytes);
        KeepTail(bytes);
    }

    /// <inheritdoc/>
    public override ImageInspection Complete() => _verdict ??= _run.End(_run.Position, _tail[.._tailCount]);

    /// <summary>
    /// Inspects an image that can be read. Of one that can be sought no more is read than the verdict needs, a few KiB; the stream's position is
    /// anywhere afterwards.
    /// </summary>
    /// <param name="image">The image, from its start where it can be sought and from where it is where it cannot. Stays the caller's to dispose.</param>
    /// <param name="cancellationToken">Ends the inspection.</param>
    public static async Task<ImageInspection> InspectAsync(Stream image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.CanSeek
            ? await SeekAsync(image, cancellationToken).ConfigureAwait(false)
            : await PassAsync(image, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Inspects a stored image, of which no more is fetched than the verdict needs: parts of it, or where its store reads no ranges what precedes the
    /// last of them.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="location">Where the image is.</param>
    /// <param name="receipt">Its receipt, which verifies what is fetched, in whole chunks; null for none.</param>
    /// <param name="cancellationToken">Ends the inspection.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.NotFound"/>, <see cref="StoreError.Changed"/> (it was replaced meanwhile), or as <see cref="IImageStore.OpenReadAsync"/>.
    /// </exception>
    public static async Task<ImageInspection> InspectAsync(
        IImageStore store, ImageLocation location, ImageReceipt? receipt = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(location);
        if (store.Info.Driver.Capabilities.CanReadRanges)
        {
            try
            {
                return await FetchAsync(store, location, receipt, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e) when (e.Error == StoreError.Unsupported)
            {
                // A web server may turn out to read no ranges.
            }
        }

        var image = await store.OpenReadAsync(location, new ReadOptions { Manifest = receipt?.Chunks }, cancellationToken).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            return await PassAsync(image, image.Object.Size, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<ImageInspection> FetchAsync(IImageStore store, ImageLocation location, ImageReceipt? receipt, CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(location, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreException(StoreError.NotFound, $"There is no image at {location}.");
        var parts = new RangedImage(store, found with { Location = location }, receipt?.Chunks);
        await using (parts.ConfigureAwait(false))
        {
            return await SeekAsync(parts, cancellationToken).ConfigureAwait(false);
        }
    }

    // To the end, or where the length is known as far as the verdict needs.
    private static async Task<ImageInspection> PassAsync(Stream image, long? length, CancellationToken cancellationToken)
    {
        var inspector = new ImageInspector();
        var buffer = new byte[BufferBytes];
        while (length is null || !inspector._run.WaitsForLength)
        {
            var count = await image.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                return inspector.Complete();
            }

            inspector.Append(buffer.AsSpan(0, count));
        }

        return inspector._run.End(length.Value, []);
    }

    private static async Task<ImageInspection> SeekAsync(Stream image, CancellationToken cancellationToken)
    {
        var length = image.Length;
        var run = new InspectionRun();
        while (run.Wanted is { Kind: NeedKind.Bytes } need && need.Offset < length)
        {
            run.SkipTo(need.Offset);
            var bytes = await ReadAsync(image, need.Offset, (int)Math.Min(need.Length, length - need.Offset), cancellationToken).ConfigureAwait(false);
            run.Pass(bytes);
            if (bytes.Length < need.Length)
            {
                break;
            }
        }

        // At the end, whatever is still waited for is what the verdict depends on.
        var tail = run.WaitsForLength ? [] : await TailAsync(image, length, cancellationToken).ConfigureAwait(false);
        return run.End(length, tail);
    }

    private static Task<byte[]> TailAsync(Stream image, long length, CancellationToken cancellationToken)
    {
        var count = (int)Math.Min(TailBytes, length);
        return ReadAsync(image, length - count, count, cancellationToken);
    }

    private static async Task<byte[]> ReadAsync(Stream image, long offset, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        image.Position = offset;
        await image.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private void KeepTail(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= TailBytes)
        {
            bytes[^TailBytes..].CopyTo(_tail);
            _tailCount = TailBytes;
            return;
        }

        var kept = Math.Min(_tailCount, TailBytes - bytes.Length);
        _tail.AsSpan(_tailCount - kept, kept).CopyTo(_tail);
        bytes.CopyTo(_tail.AsSpan(kept));
        _tailCount = kept + bytes.Length;
    }
}
