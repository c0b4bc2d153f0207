using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Imports;

/// <summary>The bytes of an import, and what is known of them.</summary>
internal sealed record ImportSource(ImageReadStream Data, IReadOnlyList<Digest> Digests);

/// <summary>Where imports take their bytes from: the staging store, the web, the image's other stores. All but the web are verified.</summary>
internal sealed class ImportSources : IAsyncDisposable
{
    public const string WebStore = "web";

    // Beside the stores' own memory: what comes from the web passes through here.
    private const long MaxBufferBytes = 16 << 20;

    private readonly ServiceDatabase _database;
    private readonly ImageStores _stores;
    private readonly ImageStores _web;

    public ImportSources(ServiceDatabase database, ImageStores stores, ServiceOptions options)
    {
        _database = database;
        _stores = stores;
        var settings = options.WebDownload.Select(setting => KeyValuePair.Create($"Stores:{WebStore}:{setting.Key}", (string?)setting.Value))
            .Append(KeyValuePair.Create($"Stores:{WebStore}:Type", (string?)"http"));
        var builder = new GlanceStoreBuilder { MaxBufferBytes = MaxBufferBytes };
        builder.AddHttp();
        _web = builder.AddConfiguration(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).Build();
    }

    /// <summary>Refuses an address that is none of the web's, or that the operator's settings forbid.</summary>
    public void RequireWebAddress(string uri)
    {
        try
        {
            _web.Default.ParseLocation(uri);
        }
        catch (StoreException e)
        {
            throw ApiException.BadRequest("URI for web-download does not pass filtering", e);
        }
    }

    /// <exception cref="StoreException">The source cannot be read.</exception>
    public async Task<ImportSource> OpenAsync(Claim claim, CancellationToken cancellationToken)
    {
        if (claim.Request.Method == ImportRequest.Web)
        {
            var location = _web.Default.ParseLocation(claim.Request.Uri!);
            return new ImportSource(await _web.Default.OpenReadAsync(location, null, cancellationToken), []);
        }

        var receipts = claim.IsCopy
            ? await _database.ReadAsync(session => Locations.ReceiptsAsync(session, claim.Image.Id), cancellationToken)
            : [ImageReceipt.FromJson(claim.Image.Staged ?? throw new StoreException(StoreError.NotFound, $"Nothing is staged of image {claim.Image.Id}."))];
        var data = await _stores.OpenReadAsync(receipts.Select(receipt => receipt.Location), ReadOptions.Verify(receipts[0]), cancellationToken);
        return new ImportSource(data, [.. receipts[0].Digests]);
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();
}
