using System.Text.Json;
using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Images;

/// <summary>A place that a caller gives an image: where its data are, and what they are said to be.</summary>
/// <param name="Url">The location, in any dialect of its store.</param>
/// <param name="Store">The store that <c>metadata</c> names; null where it names none.</param>
/// <param name="Digests">What <c>validation_data</c> says that the data have; they are read and compared.</param>
internal sealed record GivenLocation(string Url, string? Store, IReadOnlyList<Digest> Digests)
{
    // The multihash that all images here have.
    private const string HashAlgorithm = "sha512";

    // As long as an address that is imported: one that is signed has its signature in it.
    private const int MaxUrl = 2048;

    /// <exception cref="ApiException">400: it is not of its form; 409: its <c>validation_data</c> can be nobody's.</exception>
    public static GivenLocation Read(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("url", out var url)
            || !value.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.BadRequest("A location is an object with a 'url' and with 'metadata', which is an object.");
        }

        var store = metadata.TryGetProperty("store", out var named) ? JsonBody.TextOf(named, "store", ImageProperty.MaxText) : null;
        return new GivenLocation(JsonBody.TextOf(url, "url", MaxUrl), store, value.TryGetProperty("validation_data", out var data) ? DigestsOf(data) : []);
    }

    // A signed address is as good as a password.
    public override string ToString() => $"a location in the store {Store ?? "that takes it"}";

    private static List<Digest> DigestsOf(JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.BadRequest("'validation_data' is an object.");
        }

        var members = data.EnumerateObject().ToDictionary(member => member.Name, member => JsonBody.TextOf(member.Value, member.Name, ImageProperty.MaxText));
        if (members.Keys.FirstOrDefault(name => name is not ("checksum" or "os_hash_algo" or "os_hash_value")) is { } unknown)
        {
            throw ApiException.BadRequest($"'validation_data' has no member '{unknown}'.");
        }

        if (members.ContainsKey("os_hash_algo") != members.ContainsKey("os_hash_value"))
        {
            throw ApiException.BadRequest("'validation_data' has both os_hash_algo and os_hash_value, or none of them.");
        }

        if (members.GetValueOrDefault("os_hash_algo", HashAlgorithm) != HashAlgorithm)
        {
            throw ApiException.Conflict($"os_hash_algo must be {HashAlgorithm}.");
        }

        var digests = new List<Digest>();
        foreach (var (algorithm, member) in new[] { ("md5", "checksum"), (HashAlgorithm, "os_hash_value") }.Where(digest => members.ContainsKey(digest.Item2)))
        {
            digests.Add(DigestOf(algorithm, member, members[member]));
        }

        return digests;
    }

    private static Digest DigestOf(string algorithm, string member, string hex)
    {
        try
        {
            return new Digest(algorithm, hex);
        }
        catch (ArgumentException e)
        {
            throw ApiException.Conflict($"{member} is no {algorithm}: {e.Message}");
        }
    }
}
