using System.Buffers;

namespace GlanceStore.Drivers.Swift;

/// <summary>The locations of a store, in all of OpenStack's dialects.</summary>
internal sealed class SwiftLocations
{
    private const string ByReference = "swift+config";
    private const string Tls = "swift+https";
    private const string Bare = "swift";
    private const string Plain = "swift+http";

    // What ends the path of a location that came with more: OpenStack's library drops it.
    private static readonly SearchValues<char> Ends = SearchValues.Create("?#");

    private readonly SwiftDriverOptions _options;
    private readonly SwiftReferences _references;
    private readonly string? _account;

    /// <summary>Makes what reads and writes locations.</summary>
    /// <param name="options">The store's settings.</param>
    /// <param name="references">Its accounts.</param>
    /// <param name="account">The URL of the caller's account where there are many tenants and one is bound; else null.</param>
    public SwiftLocations(SwiftDriverOptions options, SwiftReferences references, string? account)
    {
        _options = options;
        _references = references;
        _account = account;
    }

    public static IReadOnlyList<string> Schemes { get; } = [Bare, Plain, Tls, ByReference];

    public ImageLocation Of(ImageId id)
    {
        if (!_options.MultiTenant)
        {
            return Of(new SwiftPlace(_options.DefaultReference, SwiftContainers.Of(_options, id.Value), id.Value));
        }

        return _account is { } account
            ? Of(new SwiftPlace(account, SwiftContainers.OfTenant(_options, id.Value), id.Value))
            : throw new StoreException(StoreError.InvalidConfiguration, "The store has many tenants, and no caller is bound; bind one (ICallerBinding) and use the store that gives.");
    }

    public ImageLocation Parse(string uri)
    {
        var location = Of(Read(uri, out var secret));
        return secret is null ? location : location with { Secret = secret, Account = AccountOf(PlaceOf(location), secret) };
    }

    /// <summary>Where the image of a location lies.</summary>
    public SwiftPlace PlaceOf(ImageLocation location) => Read(location.Uri, out _);

    /// <summary>The location with user and key inside, as OpenStack's library writes it without a file of accounts.</summary>
    public string Legacy(ImageLocation location)
    {
        var place = PlaceOf(location);
        var identity = _references[place.Account]!;
        return identity is { User: { } user, Key: { } key }
            ? $"{SchemeOf(identity.AuthAddress)}://{Quote(user)}:{Quote(key)}@{Bald(identity.AuthAddress)}/{place.Container}/{place.Id}"
            : throw new StoreException(StoreError.Unsupported, $"The account of {location} has no user and key to write into a location.");
    }

    public ImageLocation Of(SwiftPlace place)
    {
        var address = _options.MultiTenant ? place.Account : _references[place.Account]!.AuthAddress;
        return new ImageLocation(_options.ConfigFile is null
            ? $"{SchemeOf(address)}://{Bald(address)}/{place.Container}/{place.Id}"
            : $"{ByReference}://{place.Account}/{place.Container}/{place.Id}", null) { Account = AccountOf(place, null) };
    }

    // Where there are many tenants, the address is the account's own. Whose an application credential is, only Keystone knows.
    private string? AccountOf(SwiftPlace place, LocationSecret? secret) => _options.MultiTenant ? null
        : secret is null || _references[place.Account]!.IsNamedBy(secret, out var other) ? _references[place.Account]!.Account
        : other;

    private SwiftPlace Read(string uri, out LocationSecret? secret)
    {
        var scheme = ImageLocation.SchemeOf(uri);
        if (scheme is null || !Schemes.Contains(scheme))
        {
            throw Misplaced("it begins with none of swift://, swift+http://, swift+https:// and swift+config://");
        }

        var rest = uri[(scheme.Length + 3)..];
        if (rest.Contains("://", StringComparison.Ordinal))
        {
            throw Misplaced("a second scheme stands in it; http:// is written as swift+http");
        }

        (secret, rest) = SplitSecret(rest);
        var end = rest.AsSpan().IndexOfAny(Ends);
        var parts = (end < 0 ? rest : rest[..end]).Split('/');
        if (parts.Length < 3)
        {
            throw Misplaced("it does not name an account, a container and an image");
        }

        var (container, id) = (parts[^2], parts[^1]);
        if (!ImageId.TryParse(id, out _) || !SwiftContainers.MayHold(_options, container, id))
        {
            throw Misplaced("it names another container, or no image");
        }

        return new SwiftPlace(AccountOf(scheme, string.Join('/', parts[..^2]), secret), container, id);
    }

    private string AccountOf(string scheme, string address, LocationSecret? secret)
    {
        if (scheme == ByReference)
        {
            return _references[address] is not null ? address : throw UnknownReference(address);
        }

        var url = (scheme == Plain ? "http://" : "https://") + address;
        if (_options.MultiTenant)
        {
            return IsOfCluster(url) ? url : throw Misplaced("it names another cluster");
        }

        var known = _references.All.Where(account => account.Value.IsAt(url))
            .OrderByDescending(account => account.Key == _options.DefaultReference).ToArray();
        if (known.Length == 0)
        {
            throw Misplaced("it names another place to log in");
        }

        if (secret is not null)
        {
            return known.OrderByDescending(account => account.Value.IsNamedBy(secret, out _)).ThenByDescending(account => IsUser(account.Value, secret)).First().Key;
        }

        return known.DistinctBy(account => account.Value.Account).Count() == 1
            ? known[0].Key
            : throw Misplaced($"it names no account, and several log in there; write it as {ByReference}://REFERENCE/CONTAINER/ID");
    }

    // The caller's token goes wherever a location points: to the caller's own cluster, and nowhere else.
    private bool IsOfCluster(string url)
    {
        var own = _account ?? _options.Endpoint;
        return SwiftIdentity.IsAddress(url) && !url.EndsWith('/') && url.LastIndexOf('/') is var end
            && (own is null || IsSame(own[..own.TrimEnd('/').LastIndexOf('/')], url[..end]));
    }

    /// <summary>Whether two URLs name one place.</summary>
    /// <param name="one">The one.</param>
    /// <param name="another">The other.</param>
    /// <param name="root">What of their paths counts; null for all but slashes at the end.</param>
    public static bool IsSame(string one, string another, Func<string, string>? root = null)
    {
        root ??= path => path.TrimEnd('/');
        return Uri.TryCreate(one, UriKind.Absolute, out var first) && Uri.TryCreate(another, UriKind.Absolute, out var second)
            && first.Scheme == second.Scheme && first.Authority == second.Authority && root(first.AbsolutePath) == root(second.AbsolutePath);
    }

    private static bool IsUser(SwiftIdentity identity, LocationSecret secret)
    {
        secret.Reveal(out var user, out _);
        return user == (identity.User ?? identity.ApplicationCredentialId);
    }

    // Everything before the last '@', since OpenStack's library leaves a '/' in a key as it is. The two halves are parted before they are
    // decoded, so that a ':' inside the key stays there.
    private (LocationSecret? Secret, string Place) SplitSecret(string rest)
    {
        var at = rest.LastIndexOf('@');
        if (at < 0)
        {
            return (null, rest);
        }

        var colon = rest.LastIndexOf(':', at);
        return colon > 0 && colon < at - 1
            ? (new LocationSecret(Uri.UnescapeDataString(rest[..colon]), Uri.UnescapeDataString(rest[(colon + 1)..at])), rest[(at + 1)..])
            : throw Misplaced("before the '@' there is no USER:KEY");
    }

    // As Python's quote: a slash stays.
    private static string Quote(string text) => Uri.EscapeDataString(text).Replace("%2F", "/", StringComparison.Ordinal);

    private static string SchemeOf(string address) => address.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? Plain : Tls;

    private static string Bald(string address) => address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..].Trim('/');

    private StoreException UnknownReference(string reference)
    {
        var known = SwiftContainers.IsName(reference) ? $"'{reference}'" : "that";
        var why = _references.MistakesOf(reference).FirstOrDefault();
        return Misplaced(why is null || !SwiftContainers.IsName(reference) ? $"there is no account {known}" : why);
    }

    // The URI may hold a key: it is never repeated.
    private static StoreException Misplaced(string why) => new(StoreError.InvalidLocation, $"The location given is not one of this store: {why}.");
}
