using System.Buffers;

namespace GlanceStore.Drivers.S3;

/// <summary>The locations of a store, in both of OpenStack's dialects: <c>s3://host/bucket/key</c>, and the older one with keys before the host.</summary>
internal sealed class S3Locations
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/");

    private readonly string _scheme;
    private readonly string _host;
    private readonly string _hostAndPort;
    private readonly string _place;
    private readonly string _prefix;
    private readonly S3Account _account;

    public S3Locations(S3Endpoint endpoint, string bucket, string prefix, S3Account account)
    {
        _account = account;
        _scheme = endpoint.IsTls ? "s3+https" : "s3";
        _host = endpoint.Host;
        _hostAndPort = endpoint.HostAndPort;
        _place = $"{_host}/{bucket}/";
        _prefix = prefix;
    }

    public static IReadOnlyList<string> Schemes { get; } = ["s3", "s3+http", "s3+https"];

    public static bool IsPrefix(string prefix) => !prefix.AsSpan().ContainsAnyExcept(Plain)
        && !prefix.StartsWith('/') && !prefix.Contains("//", StringComparison.Ordinal) && !prefix.Split('/').Any(IsDots);

    public ImageLocation Of(string key) => new($"{_scheme}://{_place}{key}", null) { Account = _account.Own };

    public ImageLocation Of(ImageId id) => Of(_prefix + id.Value);

    /// <summary>The key of a location of this store.</summary>
    public string KeyOf(ImageLocation location) => location.Uri[(_scheme.Length + 3 + _place.Length)..];

    public ImageLocation Parse(string uri)
    {
        var scheme = ImageLocation.SchemeOf(uri);
        if (scheme is null || !Schemes.Contains(scheme))
        {
            throw Misplaced("it begins with none of s3://, s3+http:// and s3+https://");
        }

        var (secret, place) = SplitSecret(uri[(scheme.Length + 3)..]);
        var host = place.StartsWith(_hostAndPort + "/", StringComparison.OrdinalIgnoreCase) ? _hostAndPort : _host;
        if (!place.StartsWith(host + "/", StringComparison.OrdinalIgnoreCase) || !place.AsSpan(host.Length).StartsWith(_place.AsSpan(_host.Length)))
        {
            throw Misplaced("it names another host or bucket");
        }

        var key = place[(host.Length + _place.Length - _host.Length)..];
        return IsKey(key)
            ? secret is null ? Of(key) : Of(key) with { Secret = secret, Account = _account.NamedBy(secret) }
            : throw Misplaced("what follows the bucket is not the key of an image of this store");
    }

    /// <summary>The location with keys inside, nothing percent-encoded, as glance_store writes it up to 5.4.</summary>
    public string Legacy(ImageLocation location, string accessKey, string secretKey) =>
        $"{_scheme}://{accessKey}:{secretKey}@{_place}{KeyOf(location)}";

    // A secret may hold '/', '+', '=' and ':', and glance_store encodes none of them: everything before the last '@' is credentials.
    private (LocationSecret? Secret, string Place) SplitSecret(string rest)
    {
        var at = rest.LastIndexOf('@');
        if (at < 0)
        {
            return (null, rest);
        }

        var colon = _account.KeyLengthIn(rest);
        return colon > 0 && colon < at - 1
            ? (new LocationSecret(rest[..colon], rest[(colon + 1)..at]), rest[(at + 1)..])
            : throw Misplaced("before the '@' there is no ACCESSKEY:SECRETKEY");
    }

    /// <summary>Whether a key is that of an image of this store.</summary>
    public bool IsKey(string key)
    {
        if (!key.StartsWith(_prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var name = key.AsSpan(_prefix.Length);
        return name.Length > 0 && !name.ContainsAnyExcept(Plain) && !name.Contains('/') && !IsDots(name.ToString());
    }

    private static bool IsDots(string segment) => segment is "." or "..";

    // The URI may hold keys: it is never repeated.
    private StoreException Misplaced(string why) => new(StoreError.InvalidLocation,
        $"A location of this store is {_scheme}://{_place}{_prefix}ID, and the one given is not: {why}.");
}
