namespace GlanceStore.Drivers.Azure;

/// <content>Copies within the account.</content>
public sealed partial class AzureDriver : IServerSideCopy
{
    private const long PreferredCopyBytes = 256L << 20;

    // The service has read a block's source long before; the signature is of one blob, and to read it.
    private static readonly TimeSpan SignatureLifetime = TimeSpan.FromHours(1);

    /// <summary>How many bytes of an image the service is asked to copy at once.</summary>
    internal long CopyBytes { get; init; } = PreferredCopyBytes;

    /// <inheritdoc/>
    /// <remarks>Any other store of the account that has its key, to sign what the service is to read; not where a customer's key encrypts.</remarks>
    public bool CanCopyFrom(StoreDriver source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.GetFeature<AzureDriver>() is { } other && other._account.Key is not null && other._options.Place!.Url == _options.Place!.Url
            && other._options.EncryptionKey is null && _options.EncryptionKey is null;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Block by block (Put Block From URL), pinned to the version by its ETag, and published as a put is. The copy has no MD5: what a client says of
    /// bytes it has not seen would pass for what the service knows.
    /// </remarks>
    public async ValueTask<StoredObject> CopyAsync(
        StoreDriver source, StoredObject image, ImageId id, WriteMode mode, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(image);
        var from = await source.GetFeature<AzureDriver>()!.GetDirectUrlAsync(image.Location, SignatureLifetime, cancellationToken).ConfigureAwait(false);
        var writer = (AzureWriter)await OpenWriteAsync(id, new WriteIntent(mode, image.Size), cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            var blockBytes = Math.Max(CopyBytes, (image.Size + MaxBlocks - 1) / MaxBlocks);
            var count = (int)((image.Size + blockBytes - 1) / blockBytes);
            var options = new ParallelOptions { MaxDegreeOfParallelism = _options.MaxParallelBlocks, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, count, options, (i, token) =>
                writer.CopyBlockAsync(i, from, image, new ByteRange(i * blockBytes, Math.Min(blockBytes, image.Size - (i * blockBytes))), token)).ConfigureAwait(false);
            return await writer.CommitAsync(new WriteSummary(image.Size, new ChunkManifest([]), []), count, cancellationToken).ConfigureAwait(false);
        }
    }
}
