using GlanceStore.Formats.Conversion;

namespace GlanceStore.Formats;

/// <summary>Images of one format made of images of another, from store to store.</summary>
public static class ImageConversion
{
    // Two reads of chunks no longer than this fit into any memory budget that carries them at all.
    private const long LargestChunkOfTwoReads = 8 << 20;

    /// <summary>Converts a stored image into another store.</summary>
    /// <remarks>
    /// The built-in engine reads the image through ranges of one version, verified where there is a receipt, and puts the disk in one pass, with
    /// its own digests and receipt; what is not stored of the disk goes on as zeros. Nothing is written to a local disk.
    /// </remarks>
    /// <param name="from">The store of the image.</param>
    /// <param name="image">Where the image is.</param>
    /// <param name="to">The store that the result goes to.</param>
    /// <param name="id">The id of the result.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the conversion; nothing is left behind.</param>
    /// <exception cref="StoreException">
    /// As <see cref="VirtualDisk.OpenAsync"/>, <see cref="IImageStore.OpenReadAsync"/> and <see cref="IImageStore.PutAsync"/>;
    /// <see cref="StoreError.Unsupported"/>: the store reads no ranges, the target format takes an engine that was not named, or qemu-img is not
    /// there or cannot do it; <see cref="StoreError.Changed"/>: the image was replaced meanwhile.
    /// </exception>
    public static async Task<ImageReceipt> ConvertAsync(
        IImageStore from, ImageLocation image, IImageStore to, ImageId id, ConversionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(image);
        options ??= new ConversionOptions();
        var read = new ReadOptions { Manifest = options.Receipt?.Chunks };
        var source = await from.OpenReadAsync(image, read, cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            if (options.Engine == ConversionEngine.QemuImg)
            {
                return await ConvertAsync(source, to, id, options, cancellationToken).ConfigureAwait(false);
            }

            if (!source.CanSeek)
            {
                throw new StoreException(StoreError.Unsupported, $"The store '{from.Id}' reads no ranges, and an image is converted out of parts of it: copy it to another store first.");
            }

            var tables = TablesOf(from, image, read, source.Object);
            await using var tablesUntilTheEnd = (tables ?? Stream.Null).ConfigureAwait(false);
            return await ConvertAsync(source, tables, to, id, options, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Converts an image that is not in a store, such as a file, into one.</summary>
    /// <param name="image">The image, which can be sought with the built-in engine. Stays the caller's to dispose.</param>
    /// <param name="to">The store that the result goes to.</param>
    /// <param name="id">The id of the result.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the conversion; nothing is left behind.</param>
    /// <exception cref="StoreException">As the other form of it; <see cref="StoreError.Changed"/>: the file was written to meanwhile.</exception>
    public static Task<ImageReceipt> ConvertAsync(
        Stream image, IImageStore to, ImageId id, ConversionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(to);
        options ??= new ConversionOptions();
        return options.Engine == ConversionEngine.QemuImg
            ? new QemuImgConversion(options).ConvertAsync(image, to, id, cancellationToken)
            : ConvertAsync(image, null, to, id, options, cancellationToken);
    }

    private static async Task<ImageReceipt> ConvertAsync(
        Stream image, Stream? tables, IImageStore to, ImageId id, ConversionOptions options, CancellationToken cancellationToken)
    {
        if (options.TargetFormat != ImageFormat.Raw)
        {
            throw new StoreException(StoreError.Unsupported,
                $"Images are converted to raw here, and to {options.TargetFormat} by qemu-img alone, which must be named as the engine.");
        }

        var steady = SteadySource.StateOf(image);
        var opened = new VirtualDiskOptions { Format = options.SourceFormat, Tables = tables };
        var disk = await VirtualDisk.OpenAsync(image, opened, cancellationToken).ConfigureAwait(false); // not disposed: the streams are the caller's
        var source = new SteadySource(disk, () => SteadySource.StateOf(image) == steady);
        return await to.PutAsync(id, source, options.Put with { ExpectedSize = disk.Length }, cancellationToken).ConfigureAwait(false);
    }

    // The tables are fetched by ranges of their own, so that the read for the disk's bytes goes on where it is. Where memory is short, it has to do.
    private static RangedImage? TablesOf(IImageStore from, ImageLocation image, ReadOptions read, StoredObject source) =>
        read.Manifest is { LargestChunk: > LargestChunkOfTwoReads } ? null : new RangedImage(from, source with { Location = image }, read.Manifest);
}
