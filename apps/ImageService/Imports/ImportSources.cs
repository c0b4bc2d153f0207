using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Imports;

/// <summary>The bytes of an import, and what is known of them.</summary>
internal sealed record ImportSource(ImageReadStream Data, IReadOnlyList<Digest> Digests)
{
    /// <summary>Where the image is, in the order in which it is tried; empty where it comes from the web.</summary>
    public IReadOnlyList<ImageLocation> Places { get; init; } = [];
}

/// <summary>Where imports take their bytes from: the staging store, the web, the image's other stores. All but the web are verified.</summary>
internal sealed class ImportSources : IAsyncDisposable
{
    public const string WebStore = "web";

    // Beside the stores' own memory: what comes from the web passes through here.
    private const long MaxBufferBytes = 16 << 20;

    // Callers name what the service fetches from where it stands: by default from where the web is, and nowhere else.
    private static readonly Dictionary<string, string?> WebDefaults = new()
    {
        [$"Stores:{WebStore}:Type"] = "http",
        [$"Stores:{WebStore}:AllowedPorts"] = "80, 443",
        [$"Stores:{WebStore}:DeniedNetworks"] = "private",
    };

    private readonly ServiceDatabase _database;
    private readonly ImageStores _stores;
    private readonly DamageReports _damage;
    private readonly ImageStores _web;
    private readonly IReadOnlyList<string> _schemes;

    public ImportSources(ServiceDatabase database, ImageStores stores, DamageReports damage, ServiceOptions options)
    {
        _database = database;
        _stores = stores;
        _schemes = options.WebSchemes is { } schemes ? ConfTexts.ItemsOf(schemes) : ServiceOptions.KnownWebSchemes;
        _damage = damage;
        var settings = options.WebDownload.Select(setting => KeyValuePair.Create($"Stores:{WebStore}:{setting.Key}", (string?)setting.Value));
        var builder = new GlanceStoreBuilder { MaxBufferBytes = MaxBufferBytes };
        builder.AddHttp();
        _web = builder.AddConfiguration(new ConfigurationBuilder().AddInMemoryCollection(WebDefaults).AddInMemoryCollection(settings).Build()).Build();
    }

    /// <summary>Refuses an address that is none of the web's, or that the operator's settings forbid.</summary>
    public void RequireWebAddress(string uri)
    {
        try
        {
            if (!_schemes.Contains(_web.Default.ParseLocation(uri).Scheme))
            {
                throw ApiException.BadRequest("URI for web-download does not pass filtering");
            }
        }
        catch (StoreException e)
        {
            throw ApiException.BadRequest("URI for web-download does not pass filtering", e);
        }
    }

    /// <exception cref="StoreException">The source cannot be read.</exception>
    public async Task<ImportSource> OpenAsync(Claim claim, CancellationToken cancellationToken)
    {
        if (claim is { Request.Method: ImportRequest.Web, Staged: null })
        {
            var location = _web.Default.ParseLocation(claim.Request.Uri!);
            return new ImportSource(await _web.Default.OpenReadAsync(location, null, cancellationToken), claim.Request.Digests);
        }

        var (receipt, places) = await StoredAsync(claim, cancellationToken);
        var read = ReadOptions.Verify(receipt) with { Failovers = _damage.Of(claim.Image.Id) };
        return new ImportSource(await _stores.OpenReadAsync(places, read, cancellationToken), [.. receipt.Digests]) { Places = places };
    }

    /// <summary>Takes the failure of an import, which may be the damage of what it read.</summary>
    public void Failed(Claim claim, Exception error)
    {
        if (error is StoreException e)
        {
            _damage.Of(claim.Image.Id).Report(e);
        }
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task<StoredData> StoredAsync(Claim claim, CancellationToken cancellationToken)
    {
        if (claim.Request.IsOfImageInUse)
        {
            return await _database.ReadAsync(session => Locations.FindAsync(session, claim.Image.Id), cancellationToken)
                ?? throw new StoreException(StoreError.NotFound, $"Image {claim.Image.Id} has no data any more.");
        }

        var staged = ImageReceipt.FromJson(claim.Staged ?? throw new StoreException(StoreError.NotFound, $"Nothing is staged of image {claim.Image.Id}."));
        return new StoredData(staged, [staged.Location]);
    }
}
