using System.Text.Json;

namespace GlanceStore.ComputeAgent.Sources;

/// <summary>OpenStack's Glance: its locations, read by our stores, else its API as an address of the web. What comes is verified by <c>os_hash_value</c>, as a whole.</summary>
internal sealed class GlanceSource(SourceOptions options, ImageStores stores) : IImageSource, IDisposable
{
    private readonly ImageApi _api = new(options);

    public string Name => options.NameOrType;

    public async Task<ImageOrigin?> FindAsync(ImageId id, CancellationToken cancellationToken)
    {
        using var image = await _api.FindImageAsync(id, cancellationToken);
        if (image is null)
        {
            return null;
        }

        ImagePlace[] places = [.. PlacesOf(image, id)];
        return new ImageOrigin
        {
            Source = Name,
            Places = places.Length > 0 ? places : throw new StoreException(StoreError.Unsupported,
                $"The source '{Name}' tells no place of the image {id} that one of this agent's stores reads: give the agent the store, or one of the type http, and let Glance show locations."),
            OsHashAlgo = ImageApi.PropertyOf(image, "os_hash_algo"),
            OsHashValue = ImageApi.PropertyOf(image, "os_hash_value"),
            Size = ImageApi.NumberOf(image, "size"),
            DiskFormat = DiskFormats.KnownOf(ImageApi.PropertyOf(image, "disk_format")),
            Signature = SignatureRecord.Of(name => ImageApi.PropertyOf(image, name)),
        };
    }

    public void Dispose() => _api.Dispose();

    // The API comes last: it costs Glance what the stores give without it. A location that none of our stores has is passed over.
    private IEnumerable<ImagePlace> PlacesOf(JsonDocument image, ImageId id)
    {
        var direct = ImageApi.PropertyOf(image, "direct_url");
        foreach (var uri in LocationsOf(image).Append(direct).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (TryParse(uri) is { } location)
            {
                yield return ImagePlace.Of(location);
            }
        }

        if (stores.All.Concat(stores.Reserved).Any(store => store.Info.Driver.Schemes.Contains(_api.Address.Scheme)))
        {
            yield return new ImagePlace(new Uri(_api.Address, $"v2/images/{id}/file").ToString(), null, null);
        }
    }

    private static IEnumerable<string?> LocationsOf(JsonDocument image) =>
        image.RootElement.TryGetProperty("locations", out var locations) && locations.ValueKind == JsonValueKind.Array
            ? locations.EnumerateArray().Select(location =>
                location.ValueKind == JsonValueKind.Object && location.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String ? url.GetString() : null)
            : [];

    private ImageLocation? TryParse(string uri)
    {
        try
        {
            var location = stores.ParseLocation(uri);
            _ = stores.Resolve(location);
            return location;
        }
        catch (Exception e) when (e is StoreException or ArgumentException)
        {
            return null;
        }
    }
}
