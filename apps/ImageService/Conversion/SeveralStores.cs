namespace GlanceStore.ImageService.Conversion;

/// <summary>Several stores as the one that the library puts the result of a conversion into: in one pass, and what came of it in each is kept.</summary>
internal sealed class SeveralStores(ImageStores stores, IReadOnlyList<string> ids) : IImageStore
{
    public string Id => string.Join(',', ids);

    public StoreInfo Info => stores[ids[0]].Info;

    /// <summary>What came of the put; null before it.</summary>
    public PutReport? Report { get; private set; }

    public async Task<ImageReceipt> PutAsync(ImageId id, Stream source, PutOptions? options = null, CancellationToken cancellationToken = default)
    {
        Report = await stores.PutAsync(id, source, ids, options, cancellationToken);
        return Report.Receipts.FirstOrDefault() ?? throw Report.Outcomes.Select(outcome => outcome.Error).First(error => error is not null)!;
    }

    public ImageLocation LocationOf(ImageId id) => throw OnlyPuts();

    public ImageLocation ParseLocation(string uri) => throw OnlyPuts();

    public Task<ImageReadStream> OpenReadAsync(ImageLocation location, ReadOptions? options = null, CancellationToken cancellationToken = default) => throw OnlyPuts();

    public Task<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken = default) => throw OnlyPuts();

    public Task<bool> DeleteAsync(ImageLocation location, DeleteOptions? options = null, CancellationToken cancellationToken = default) => throw OnlyPuts();

    public TFeature? GetFeature<TFeature>() where TFeature : class => null;

    private static NotSupportedException OnlyPuts() => new("Several stores together take images, and nothing else.");
}
