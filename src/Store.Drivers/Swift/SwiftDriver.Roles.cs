using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace GlanceStore.Drivers.Swift;

public sealed partial class SwiftDriver : ISweeper, IDirectUrl, ILegacyUri, ICallerBinding, IAccessLists, IResumableWrites
{
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(365);

    /// <inheritdoc/>
    public override TFeature? GetFeature<TFeature>() where TFeature : class => typeof(TFeature) switch
    {
        var role when role == typeof(ILegacyUri) => _options.LegacyUris ? base.GetFeature<TFeature>() : null,
        var role when role == typeof(ICallerBinding) => _options.MultiTenant && _caller is null ? base.GetFeature<TFeature>() : null,
        var role when role == typeof(IAccessLists) => _caller is not null ? base.GetFeature<TFeature>() : null,
        _ => base.GetFeature<TFeature>(),
    };

    /// <summary>Finds segments whose manifest was never written, of this library and of OpenStack's, in all containers of the store.</summary>
    public IAsyncEnumerable<Leftover> SweepAsync(DateTimeOffset before, SweepMode mode, CancellationToken cancellationToken)
    {
        var account = _options.MultiTenant ? _locations.PlaceOf(LocationOf(ImageId.New())).Account : _options.DefaultReference;
        return new SwiftSweep(AccountOf(new SwiftPlace(account, "", "")).Objects, _options).RunAsync(before, mode, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<Uri> GetDirectUrlAsync(ImageLocation location, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, LongestLifetime);
        var place = _locations.PlaceOf(location);
        var account = AccountOf(place);
        var key = _options.TempUrlKey ?? await KeyOfAsync(account, cancellationToken).ConfigureAwait(false);
        var url = new Uri(await account.Client.AccountAsync(cancellationToken).ConfigureAwait(false) + SwiftObjects.PathOf(place.Container, place.Id));
        var isSha256 = await account.Limits.SignsBySha256Async(cancellationToken).ConfigureAwait(false);
        var end = (_time.GetUtcNow() + lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return new Uri($"{url}?temp_url_sig={Sign(key, $"GET\n{end}\n{SignedPath(url)}", isSha256)}&temp_url_expires={end}");
    }

    /// <inheritdoc/>
    public string LegacyUriOf(ImageLocation location)
    {
        ArgumentNullException.ThrowIfNull(location);
        return _options.LegacyUris ? _locations.Legacy(location) : throw new InvalidOperationException("Legacy URIs are not switched on: set LegacyUris.");
    }

    /// <inheritdoc/>
    public async ValueTask<StoreDriver> BindAsync(StoreCaller caller, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var first = await LogInAsync(caller, cancellationToken).ConfigureAwait(false);
        return new SwiftDriver(this, first.Account, token => LogInAsync(caller, token));
    }

    /// <inheritdoc/>
    public async ValueTask SetAccessAsync(ImageLocation location, ImageAccess access, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        ArgumentNullException.ThrowIfNull(access);
        var place = _locations.PlaceOf(location);
        var request = new SwiftRequest(HttpMethod.Post, "/" + Uri.EscapeDataString(place.Container), $"Setting who may use {location}")
        {
            Headers =
            [
                ("X-Container-Read", access.IsPublic ? "*:*" : ListOf(access.Readers)),
                ("X-Container-Write", ListOf(access.Writers.Concat(_options.AdminTenants))),
            ],
        };
        using var answer = await AccountOf(place).Client.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static string ListOf(IEnumerable<string> projects) => string.Join(',', projects.Distinct().Select(project => $"{project}:*"));

    private async Task<SwiftToken> LogInAsync(StoreCaller caller, CancellationToken cancellationToken)
    {
        var token = await caller.GetTokenAsync(cancellationToken).ConfigureAwait(false);
        return _options.AuthAddress.Length == 0
            ? new SwiftToken(token, new Uri(_options.Endpoint!), null)
            : await _keystone.LookUpAsync(token, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string> KeyOfAsync(SwiftAccount account, CancellationToken cancellationToken)
    {
        var request = new SwiftRequest(HttpMethod.Head, "", "Looking for the account's key");
        using var answer = await account.Client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return SwiftHeaders.Text(answer, "X-Account-Meta-Temp-Url-Key") ?? SwiftHeaders.Text(answer, "X-Account-Meta-Temp-Url-Key-2")
            ?? throw new StoreException(StoreError.Unsupported, "The account has no key to sign URLs with; give it one (X-Account-Meta-Temp-URL-Key), or set TempUrlKey.");
    }

    // From the version on: Ceph's URLs have something before it that is not signed.
    private static string SignedPath(Uri url) => url.AbsolutePath[Math.Max(0, url.AbsolutePath.IndexOf("/v1/", StringComparison.Ordinal))..];

    [SuppressMessage("Security", "CA5350", Justification = "Ceph up to 16 takes no other.")]
    private static string Sign(string key, string text, bool isSha256)
    {
        var (secret, signed) = (Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text));
        return Convert.ToHexStringLower(isSha256 ? HMACSHA256.HashData(secret, signed) : HMACSHA1.HashData(secret, signed));
    }
}
