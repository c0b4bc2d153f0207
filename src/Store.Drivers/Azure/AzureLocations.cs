using System.Buffers;

namespace GlanceStore.Drivers.Azure;

/// <summary>The locations of a store: <c>azure+https://host/container/blob</c>, never with credentials.</summary>
internal sealed class AzureLocations
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/");

    private readonly string _scheme;
    private readonly string _host;
    private readonly string _place;
    private readonly string _prefix;

    public AzureLocations(AzureEndpoint endpoint, string container, string prefix)
    {
        _scheme = endpoint.IsTls ? "azure+https" : "azure+http";
        _host = endpoint.Host;
        _place = $"{_host}/{container}/";
        _prefix = prefix;
    }

    public static IReadOnlyList<string> Schemes { get; } = ["azure", "azure+http", "azure+https"];

    public static bool IsPrefix(string prefix) => !prefix.AsSpan().ContainsAnyExcept(Plain)
        && !prefix.StartsWith('/') && !prefix.Contains("//", StringComparison.Ordinal) && !prefix.Split('/').Any(IsDots);

    public ImageLocation Of(ImageId id) => Of(_prefix + id.Value);

    /// <summary>Where a blob of this name is; null where the name is none of an image of this store.</summary>
    public ImageLocation? Find(string blob) => IsBlob(blob) ? Of(blob) : null;

    /// <summary>The name of the blob at a location of this store.</summary>
    public string BlobOf(ImageLocation location) => location.Uri[(_scheme.Length + 3 + _place.Length)..];

    public ImageLocation Parse(string uri)
    {
        var scheme = ImageLocation.SchemeOf(uri);
        if (scheme is null || !Schemes.Contains(scheme))
        {
            throw Misplaced("it begins with none of azure://, azure+http:// and azure+https://");
        }

        var place = uri.AsSpan(scheme.Length + 3);
        if (place.ContainsAny('@', '?', '#'))
        {
            throw Misplaced("credentials, queries and fragments have no place in it");
        }

        // The host's letters may be of either case, what follows it may not.
        if (place.Length < _place.Length
            || !place[.._host.Length].Equals(_host, StringComparison.OrdinalIgnoreCase) || !place[_host.Length..].StartsWith(_place.AsSpan(_host.Length)))
        {
            throw Misplaced("it names another account or container");
        }

        var blob = place[_place.Length..].ToString();
        return IsBlob(blob) ? Of(blob) : throw Misplaced("what follows the container is not the name of an image of this store");
    }

    private ImageLocation Of(string blob) => new($"{_scheme}://{_place}{blob}", null);

    private bool IsBlob(string blob)
    {
        if (!blob.StartsWith(_prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var name = blob.AsSpan(_prefix.Length);
        return name.Length > 0 && !name.ContainsAnyExcept(Plain) && !name.Contains('/') && !IsDots(name.ToString());
    }

    private static bool IsDots(string segment) => segment is "." or "..";

    // The URI may be a signed address: it is never repeated.
    private StoreException Misplaced(string why) => new(StoreError.InvalidLocation,
        $"A location of this store is {_scheme}://{_place}{_prefix}ID, and the one given is not: {why}.");
}
