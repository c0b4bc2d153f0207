using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace GlanceStore.Drivers.S3;

public sealed partial class S3Driver : ISweeper, IDirectUrl, IProbe, ILegacyUri
{
    // The longest that a signature of version 4 is good for.
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public override TFeature? GetFeature<TFeature>() where TFeature : class =>
        typeof(TFeature) == typeof(ILegacyUri) && !_options.LegacyUris ? null : base.GetFeature<TFeature>();

    /// <summary>Finds multipart uploads of images of this store that nobody completed or aborted; others may share the bucket.</summary>
    public async IAsyncEnumerable<Leftover> SweepAsync(DateTimeOffset before, SweepMode mode, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var found in UploadsAsync(_options.Prefix, cancellationToken).ConfigureAwait(false))
        {
            if (_locations.IsKey(found.Key) && await SweepAsync(found, before, mode, cancellationToken).ConfigureAwait(false) is { } leftover)
            {
                yield return leftover;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Uri> GetDirectUrlAsync(ImageLocation location, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, LongestLifetime);
        var bucket = BucketFor(location);
        var request = new GetPreSignedUrlRequest
        {
            BucketName = bucket.Name,
            Key = _locations.KeyOf(location),
            Verb = HttpVerb.GET,
            Protocol = S3Endpoint.Parse(_options.Endpoint)!.IsTls ? Protocol.HTTPS : Protocol.HTTP,
            Expires = _time.GetUtcNow().UtcDateTime + lifetime,
        };
        return new Uri(await S3Errors.RunAsync($"Signing a URL of {location}", StoreError.Changed,
            () => bucket.Client.GetPreSignedURLAsync(request), cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public string LegacyUriOf(ImageLocation location)
    {
        ArgumentNullException.ThrowIfNull(location);
        return _options is { LegacyUris: true, AccessKey: { } accessKey, SecretKey: { } secretKey }
            ? _locations.Legacy(location, accessKey, secretKey)
            : throw new InvalidOperationException("Legacy URIs are not switched on: set LegacyUris.");
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ProbeFinding> ProbeAsync(CancellationToken cancellationToken) =>
        new S3Probe(_bucket, _options, _time).RunAsync(cancellationToken);

    // Page by page, since a bucket may hold many.
    private async IAsyncEnumerable<MultipartUpload> UploadsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? key = null, upload = null;
        bool more;
        do
        {
            var page = await _bucket.ListUploadsAsync(prefix, key, upload, cancellationToken).ConfigureAwait(false);
            foreach (var found in page.MultipartUploads ?? [])
            {
                yield return found;
            }

            more = page.IsTruncated == true && (page.NextKeyMarker, page.NextUploadIdMarker) != (key, upload);
            (key, upload) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (more);
    }

    private async ValueTask<Leftover?> SweepAsync(MultipartUpload found, DateTimeOffset before, SweepMode mode, CancellationToken cancellationToken)
    {
        // An upload that became the image is none that was left behind, though a server may still list it, and would take the image's parts with it.
        if (Describe(found).LastModified >= before
            || await FindLeftoverAsync(found, cancellationToken).ConfigureAwait(false) is not { } leftover || leftover.LastModified >= before
            || await _bucket.IsCompletedAsync(_locations.Of(found.Key), found.UploadId, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        if (mode == SweepMode.Remove)
        {
            await AbortIfThereAsync(found, cancellationToken).ConfigureAwait(false);
        }

        return leftover;
    }

    // As it was last touched: an upload of many hours is as young as its newest part. Null where it has ended since it was listed.
    private async Task<Leftover?> FindLeftoverAsync(MultipartUpload found, CancellationToken cancellationToken)
    {
        try
        {
            var parts = await _bucket.ListPartsAsync(_locations.Of(found.Key), found.UploadId, cancellationToken).ConfigureAwait(false);
            var begun = Describe(found);
            return begun with { LastModified = parts.Values.Select(part => part.LastModified ?? DateTimeOffset.MaxValue).Append(begun.LastModified).Max() };
        }
        catch (StoreException e) when (IsGone(e))
        {
            return null;
        }
    }

    private static Leftover Describe(MultipartUpload found) => new($"{found.Key} (upload {found.UploadId})", null,
        new DateTimeOffset(found.Initiated?.ToUniversalTime() ?? DateTime.MaxValue, TimeSpan.Zero));

    // Somebody may have aborted it since it was listed.
    private async Task AbortIfThereAsync(MultipartUpload found, CancellationToken cancellationToken)
    {
        try
        {
            await _bucket.AbortAsync(found.Key, found.UploadId, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (IsGone(e))
        {
        }
    }

    private static bool IsGone(StoreException e) => e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchUpload" };
}
