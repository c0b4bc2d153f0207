namespace GlanceStore.ComputeAgent.Sources;

/// <summary>Our image service: the receipts of all places that an image has, so that any of them will do.</summary>
internal sealed class ServiceSource(SourceOptions options) : IImageSource, IDisposable
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

        var stores = (ImageApi.PropertyOf(image, "stores") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var receipts = new List<ImageReceipt>();
        foreach (var query in stores.Length == 0 ? [""] : stores.Select(store => $"?store={Uri.EscapeDataString(store)}"))
        {
            if (await _api.FindTextAsync($"v2/images/{id}/receipt{query}", cancellationToken) is { } text)
            {
                receipts.Add(Receipts.Read(text, $"the receipt of the image {id} from the source '{Name}'"));
            }
        }

        // A place of other content than the first one's is not another place of it.
        return receipts.Count == 0 ? null : new ImageOrigin
        {
            Source = Name,
            Receipt = receipts[0],
            Places = [.. receipts.Skip(1).Where(other => other.MultiHash == receipts[0].MultiHash).Select(other => ImagePlace.Of(other.Location))],
            DiskFormat = DiskFormats.KnownOf(ImageApi.PropertyOf(image, "disk_format")),
            Signature = SignatureRecord.Of(name => ImageApi.PropertyOf(image, name)),
        };
    }

    public void Dispose() => _api.Dispose();
}
