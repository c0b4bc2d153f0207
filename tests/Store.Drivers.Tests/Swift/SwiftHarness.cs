using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Swift;

/// <summary>A container of its own on a real server.</summary>
public abstract class SwiftHarness(SwiftServer server) : DriverHarness
{
    private Task<SwiftDriverOptions>? _place;

    public override string Name => server.Name;

    public override string? SkipReason => server.SkipReason;

    // Python daemons share the machine's cores with the tests: a slow answer is not a stalled one.
    public override TimeSpan StallTimeout => TimeSpan.FromSeconds(3);

    public override IReadOnlyList<string> SecretsInOptions => [server.Account.Key! + "@", "=" + server.Account.Key!];

    public override IReadOnlyList<string> ForeignLocations =>
    [
        $"swift+http://elsewhere.example.org/v3/{Container}/a",
        $"swift+http://{Address}/another-container/a",
        $"swift+https://{Address}/{Container}/a",
        $"swift+config://another/{Container}/a",
        $"swift+http://{Address}/{Container}_zz/a",
        $"swift+http://someone:else@{Address}/{Container}/a",
    ];

    public override IReadOnlyList<string> MalformedLocations =>
    [
        "swift://",
        $"swift+http://{Address}",
        $"swift+http://{Address}/{Container}",
        $"swift+http://{Address}/{Container}/",
        $"swift+http://u@{Address}/{Container}/a",
        $"swift+http://u:p@http://{Address}/{Container}/a",
        $"swift+http://{Address}/{Container}/..",
        $"swift+http://{Address}/{Container}/a/0123456789abcdef-00001",
    ];

    private string Address => server.Account.AuthAddress["http://".Length..];

    private string Container => _place!.Result.Container;

    // Only whoever made the container has logged in, and knows it.
    public override Uri? HttpEndpoint => server.AccountUrl is { } url ? new Uri(url) : null;

    public override async ValueTask<StoreDriver> CreateDriverAsync() => new SwiftDriver(Change(await PlaceAsync()));

    public override async ValueTask<StoreDriver> CreateDriverAsync(Uri httpEndpoint) =>
        new SwiftDriver(Change(await PlaceAsync() with { Endpoint = httpEndpoint.ToString() }));

    public override async ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() => await server.ListAsync((await PlaceAsync()).Container);

    public override async ValueTask<bool> TruncateAsync(ImageLocation location, long size)
    {
        var path = $"/{Container}/{location.Uri[(location.Uri.LastIndexOf('/') + 1)..]}";
        var bytes = await server.GetAsync(path);
        await server.PutAsync(path, bytes[..(int)size]);
        return true;
    }

    public override IReadOnlyList<string> EquivalentLocations(ImageLocation location)
    {
        var place = location.Uri["swift+http://".Length..];
        var user = Uri.EscapeDataString(server.Account.User!);
        return
        [
            $"swift+http://{user}:{server.Account.Key}@{place}",
            $"swift+http://{server.Account.User}:{server.Account.Key}@{place}",
            $"swift+http://{user}:el%3Ase/@{place}",
            $"swift+config://ref1{place[place.LastIndexOf('/', place.LastIndexOf('/') - 1)..]}",
            location.Uri + "?x=1",
        ];
    }

    public override string? LocationWithSecret(ImageId id) => $"swift+http://{Uri.EscapeDataString(server.Account.User!)}:{CanarySecret}@{Address}/{_place?.Result.Container}/{id}";

    public override async ValueTask DisposeAsync()
    {
        if (_place is not null)
        {
            await server.RemoveAsync((await _place).Container);
        }

        await base.DisposeAsync();
    }

    protected virtual SwiftDriverOptions Change(SwiftDriverOptions options) => options;

    private Task<SwiftDriverOptions> PlaceAsync() => _place ??= server.NewPlaceAsync();
}

public sealed class TempAuthHarness() : SwiftHarness(SwiftServer.TempAuth);

public sealed class KeystoneHarness() : SwiftHarness(SwiftServer.Keystone)
{
    public override bool SharesDriver => true;
}

public sealed class CephHarness() : SwiftHarness(SwiftServer.Ceph)
{
    public override bool SharesDriver => true;
}

/// <summary>With manifests as OpenStack's library writes them.</summary>
public sealed class DynamicHarness() : SwiftHarness(SwiftServer.TempAuth)
{
    public override bool SharesDriver => true;

    protected override SwiftDriverOptions Change(SwiftDriverOptions options) => options with { Manifest = SwiftManifest.Dlo };
}
