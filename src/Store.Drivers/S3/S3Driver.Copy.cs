namespace GlanceStore.Drivers.S3;

/// <content>Copies within the server.</content>
public sealed partial class S3Driver : IServerSideCopy
{
    // Parts of a large copy: few requests, and a failed one repeats little. 10,000 of them are 5 TiB.
    private const long PreferredCopyBytes = 1L << 30;

    /// <summary>The most bytes that are copied by one CopyObject; larger images are copied part by part.</summary>
    internal long MaxCopyBytes { get; init; } = MaxPartBytes;

    /// <inheritdoc/>
    /// <remarks>Any bucket at the same endpoint that is asked with the same credentials.</remarks>
    public bool CanCopyFrom(StoreDriver source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return _options.Source is S3CredentialSource.Keys or S3CredentialSource.Chain
            && source.GetFeature<S3Driver>() is { } other && WhoAsks(other._options) == WhoAsks(_options);

        static (Uri?, string?, string?, S3CredentialSource, string?, string?, string?) WhoAsks(S3DriverOptions options) =>
            (S3Endpoint.Parse(options.Endpoint)?.Url, options.AccessKey, options.SecretKey, options.Source, options.SessionToken, options.RoleArn, options.Region);
    }

    /// <inheritdoc/>
    /// <remarks>CopyObject, or above 5 GiB an upload whose parts the server copies.</remarks>
    public async ValueTask<StoredObject> CopyAsync(
        StoreDriver source, StoredObject image, ImageId id, WriteMode mode, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(image);
        var from = new S3CopySource(source.GetFeature<S3Driver>()!._bucket, image);
        if (image.Size > MaxCopyBytes)
        {
            return await CopyPartsAsync(from, id, mode, cancellationToken).ConfigureAwait(false);
        }

        var location = LocationOf(id);
        await _bucket.EnsureAsync(cancellationToken).ConfigureAwait(false);
        await from.RequireSameAsync(cancellationToken).ConfigureAwait(false);
        return await _creation.PublishAsync(location, mode, S3PublishStep.Copy,
            condition => from.PinnedAsync(pinned => _bucket.CopyAsync(pinned, location, condition, cancellationToken), cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private async Task<StoredObject> CopyPartsAsync(S3CopySource from, ImageId id, WriteMode mode, CancellationToken cancellationToken)
    {
        var size = from.Image.Size;
        var preset = _options.KnownAs;
        var partBytes = preset.PartBytes ?? Math.Min(MaxCopyBytes, Math.Max(PreferredCopyBytes, (size + preset.MaxParts - 1) / preset.MaxParts));
        var count = (size + partBytes - 1) / partBytes;
        if (count > preset.MaxParts)
        {
            throw new StoreException(StoreError.Unsupported, $"The server copies {preset.MaxParts} parts of {partBytes} bytes, and {from.Image.Location} has {size} bytes.");
        }

        var writer = (S3Writer)await OpenWriteAsync(id, new WriteIntent(mode, size), cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = _options.MaxParallelParts, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, (int)count, options, (i, token) =>
                writer.CopyPartAsync(i, from, new ByteRange(i * partBytes, Math.Min(partBytes, size - (i * partBytes))), token)).ConfigureAwait(false);
            await from.RequireSameAsync(cancellationToken).ConfigureAwait(false);
            return await writer.CommitAsync(size, (int)count, cancellationToken).ConfigureAwait(false);
        }
    }
}
