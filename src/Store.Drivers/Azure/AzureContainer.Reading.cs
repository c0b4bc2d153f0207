using Azure;
using Azure.Storage.Blobs.Models;

namespace GlanceStore.Drivers.Azure;

/// <content>Looks at blobs and opens them.</content>
internal sealed partial class AzureContainer
{
    private static readonly ReadIntent FirstByte = new(new ByteRange(0, 1));

    public async ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        var doing = $"Looking for {location}";
        try
        {
            var answer = await RunAsync(doing, StoreError.Changed,
                () => BlobAt(location).GetPropertiesAsync(null, cancellationToken), cancellationToken).ConfigureAwait(false);
            var properties = answer.Value;
            return Describe(location, AzureReader.SizeOf(answer.GetRawResponse(), location), properties.ETag, properties.LastModified, properties.ContentHash);
        }
        catch (StoreException e) when (IsAbsent(e) && AzureErrors.IsOfTheService(e))
        {
            return null;
        }
        catch (StoreException e) when (!e.IsTransient && AzureErrors.IsRefusal(e) && !AzureErrors.IsOfTheService(e))
        {
            return await FindByReadingAsync(doing, location, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        var doing = $"Reading {location}";
        try
        {
            return await OpenAsync(doing, location, intent, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error != StoreError.NotFound && IsAbsent(e))
        {
            throw new StoreException(StoreError.NotFound, $"{doing} failed: there is no image at {location}, and no container yet.", e) { RequestId = e.RequestId };
        }
    }

    private async ValueTask<DriverReader> OpenAsync(string doing, ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        var exchange = new AzureExchange();
        var request = new BlobDownloadOptions
        {
            Range = intent.Range is { } range ? new HttpRange(range.Offset, range.Length) : default,
            Conditions = intent.VersionTag is { } tag ? new BlobRequestConditions { IfMatch = new ETag(tag) } : null,
        };
        var answer = await RunAsync(doing, StoreError.Changed, async () =>
        {
            using (exchange.Begin())
            {
                return await BlobAt(location).DownloadStreamingAsync(request, cancellationToken).ConfigureAwait(false);
            }
        }, cancellationToken).ConfigureAwait(false);
        try
        {
            var details = answer.Value.Details;
            return AzureReader.Open(answer, exchange.Body ?? answer.Value.Content, intent, location,
                size => Describe(location, size, details.ETag, details.LastModified, details.BlobContentHash ?? (intent.Range is null ? details.ContentHash : null)));
        }
        catch
        {
            answer.Value.Dispose();
            throw;
        }
    }

    // A proxy or a policy may know GET alone; what it says to a HEAD has no code of the service.
    private async ValueTask<StoredObject?> FindByReadingAsync(string doing, ImageLocation location, CancellationToken cancellationToken)
    {
        try
        {
            var reader = await OpenAsync(doing, location, FirstByte, cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return reader.Object;
            }
        }
        catch (StoreException e) when (IsAbsent(e))
        {
            return null;
        }
        catch (StoreException e) when (e.Error == StoreError.InvalidRange)
        {
            // An empty blob has no first byte.
            var whole = await OpenAsync(doing, location, new ReadIntent(), cancellationToken).ConfigureAwait(false);
            await using (whole.ConfigureAwait(false))
            {
                return whole.Object;
            }
        }
    }
}
