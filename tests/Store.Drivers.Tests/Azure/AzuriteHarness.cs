using Azure.Storage.Blobs;
using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Azure;

/// <summary>A prefix of its own in Azurite.</summary>
public abstract class AzureHarness : DriverHarness
{
    private Task<AzureDriverOptions>? _place;

    public override string Name => AzuriteServer.Name;

    public override string? SkipReason => AzuriteServer.SkipReason;

    // One Node.js process shares the machine's cores with the tests: a slow answer is not a stalled one.
    public override TimeSpan StallTimeout => TimeSpan.FromSeconds(3);

    public override IReadOnlyList<string> ForeignLocations =>
    [
        $"azure://elsewhere.example.org/{AzuriteServer.Container}/a",
        $"azure://{Host}/another-container/a",
        $"azure://{Host}/{AzuriteServer.Container}/another-prefix/a",
    ];

    public override IReadOnlyList<string> MalformedLocations =>
    [
        "azure://",
        $"azure://{Host}",
        $"azure://{Host}/{AzuriteServer.Container}",
        $"azure://{Host}/{AzuriteServer.Container}/",
        $"azure://key@{Host}/{AzuriteServer.Container}/a",
        $"azure+https://{Host}/{AzuriteServer.Container}/..",
        $"azure+https://{Host}/{AzuriteServer.Container}/a?sv=2023-11-03&sig=x",
    ];

    protected abstract BlobContainerClient Client { get; }

    protected abstract string Url { get; }

    private string Host => Url[(Url.IndexOf("//", StringComparison.Ordinal) + 2)..];

    public override async ValueTask<StoreDriver> CreateDriverAsync() => new AzureDriver(await PlaceAsync());

    public override async ValueTask<StoreDriver> CreateDriverAsync(Uri httpEndpoint) => new AzureDriver(await PlaceAsync() with { Endpoint = httpEndpoint.ToString() });

    public override async ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() =>
        await AzuriteServer.ListEverythingAsync(Client, (await PlaceAsync()).Prefix);

    public override async ValueTask<bool> TruncateAsync(ImageLocation location, long size)
    {
        var blob = Client.GetBlobClient(location.Uri[(location.Uri.IndexOf(AzuriteServer.Container, StringComparison.Ordinal) + AzuriteServer.Container.Length + 1)..]);
        var whole = (await blob.DownloadContentAsync()).Value.Content.ToMemory();
        await blob.UploadAsync(new BinaryData(whole[..(int)size]), overwrite: true);
        return true;
    }

    public override IReadOnlyList<string> EquivalentLocations(ImageLocation location)
    {
        var place = location.Uri[(location.Uri.IndexOf("://", StringComparison.Ordinal) + 3)..];
        return [$"azure://{place}", $"azure+http://{place}", $"azure+https://{place}"];
    }

    public override async ValueTask DisposeAsync()
    {
        if (_place is not null)
        {
            await AzuriteServer.RemoveEverythingAsync(Client, (await _place).Prefix);
        }

        await base.DisposeAsync();
    }

    protected abstract Task<AzureDriverOptions> NewPlaceAsync();

    private Task<AzureDriverOptions> PlaceAsync() => _place ??= NewPlaceAsync();
}

/// <summary>Over HTTP, with the account's key.</summary>
public sealed class AzuriteHarness : AzureHarness
{
    public override IReadOnlyList<string> SecretsInOptions => [AzuriteServer.Key];

    public override Uri HttpEndpoint => new(AzuriteServer.Url);

    protected override BlobContainerClient Client => AzuriteServer.Client;

    protected override string Url => AzuriteServer.Url;

    protected override Task<AzureDriverOptions> NewPlaceAsync() => AzuriteServer.NewPlaceAsync();
}

/// <summary>Over HTTPS with a CA of its own, with tokens.</summary>
public sealed class AzuriteTlsHarness : AzureHarness
{
    protected override BlobContainerClient Client => AzuriteServer.TlsClient;

    protected override string Url => AzuriteServer.TlsUrl;

    protected override Task<AzureDriverOptions> NewPlaceAsync() => AzuriteServer.NewTlsPlaceAsync();
}
