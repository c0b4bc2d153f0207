using System.Text.Json;
using System.Text.Json.Nodes;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Imports;

/// <summary>What an import is to do, as a task keeps it.</summary>
/// <param name="Method"><c>glance-direct</c>, <c>web-download</c>, <c>copy-image</c>, or <c>convert</c>, which is no import but a task as they are.</param>
/// <param name="Uri">Where the data are, of <c>web-download</c>; else null.</param>
/// <param name="Stores">The stores that the data go to.</param>
/// <param name="MustAllSucceed">Whether one store that fails fails the import.</param>
internal sealed record ImportRequest(string Method, string? Uri, IReadOnlyList<string> Stores, bool MustAllSucceed)
{
    /// <summary>The digests that what comes from the web must have; none where the caller did not say.</summary>
    public IReadOnlyList<Digest> Digests { get; init; } = [];

    public const string Direct = "glance-direct";
    public const string Web = "web-download";
    public const string Copy = "copy-image";
    public const string Convert = "convert";

    /// <summary>The longest address that is taken.</summary>
    public const int MaxUri = 2048;

    /// <summary>What the image is converted to, of <c>convert</c>; else null.</summary>
    public string? DiskFormat { get; init; }

    /// <summary>What a task of the type <c>import</c> was given, as JSON, which is told as it came; else null.</summary>
    public string? Given { get; init; }

    /// <summary>Whether it is done to an image that is in use, which stays so whatever comes of it.</summary>
    public bool IsOfImageInUse => Method is Copy or Convert;

    /// <summary>Reads a request.</summary>
    /// <exception cref="ApiException">400: it is not of its form; 409: it names a store that is not here.</exception>
    public static ImportRequest Read(JsonDocument body, ImageStores stores)
    {
        var members = JsonBody.MembersOf(body).ToDictionary(member => member.Name, member => member.Value);
        if (!members.TryGetValue("method", out var method) || method.ValueKind != JsonValueKind.Object || !method.TryGetProperty("name", out var name))
        {
            throw ApiException.BadRequest("The body has a member 'method' with a 'name'.");
        }

        var isAll = FlagOf(members, "all_stores", false);
        if (isAll && members.ContainsKey("stores"))
        {
            throw ApiException.BadRequest("The members 'all_stores' and 'stores' exclude each other.");
        }

        var kind = JsonBody.TextOf(name, "name", 64);
        return new ImportRequest(kind, UriOf(kind, method), isAll ? AllOf(stores) : NamedIn(members, kind, stores), FlagOf(members, "all_stores_must_succeed", true))
        {
            Digests = kind == Web ? DigestsOf(method) : [],
        };
    }

    /// <summary>An address as it is told to whoever sees the image: without user, password and query, which may be what opens it.</summary>
    public static string ShownOf(string uri) => new UriBuilder(uri) { UserName = "", Password = "", Query = "", Fragment = "" }.Uri.AbsoluteUri;

    public string ToJson() => new JsonObject
    {
        ["method"] = Method,
        ["uri"] = Uri,
        ["stores"] = new JsonArray([.. Stores.Select(store => (JsonNode?)store)]),
        ["must_all_succeed"] = MustAllSucceed,
        ["digests"] = new JsonArray([.. Digests.Select(digest => (JsonNode?)digest.ToString())]),
        ["disk_format"] = DiskFormat,
        ["given"] = Given,
    }.ToJsonString();

    public static ImportRequest FromJson(string text)
    {
        var json = JsonNode.Parse(text)!.AsObject();
        return new ImportRequest((string)json["method"]!, (string?)json["uri"], [.. json["stores"]!.AsArray().Select(store => (string)store!)], (bool)json["must_all_succeed"]!)
        {
            // A task of an older service has none.
            Digests = [.. (json["digests"]?.AsArray() ?? []).Select(digest => Digest.Parse((string)digest!))],
            DiskFormat = (string?)json["disk_format"],
            Given = (string?)json["given"],
        };
    }

    private static string? UriOf(string kind, JsonElement method) =>
        kind != Web ? null
        : method.TryGetProperty("uri", out var uri) ? JsonBody.TextOf(uri, "uri", MaxUri)
        : throw ApiException.BadRequest("The method web-download has a member 'uri'.");

    // By the names that an image has for them, beside the address that they are of.
    private static List<Digest> DigestsOf(JsonElement method)
    {
        var digests = new List<Digest>();
        if (method.TryGetProperty("checksum", out var md5))
        {
            digests.Add(DigestOf("md5", JsonBody.TextOf(md5, "checksum", ImageProperty.MaxText)));
        }

        if (method.TryGetProperty("os_hash_value", out var hash))
        {
            var algorithm = method.TryGetProperty("os_hash_algo", out var named) ? JsonBody.TextOf(named, "os_hash_algo", ImageProperty.MaxText) : "sha512";
            digests.Add(DigestAlgorithms.Known.Contains(algorithm)
                ? DigestOf(algorithm, JsonBody.TextOf(hash, "os_hash_value", ImageProperty.MaxText))
                : throw ApiException.BadRequest($"os_hash_algo is one of {string.Join(", ", DigestAlgorithms.Known)}."));
        }
        else if (method.TryGetProperty("os_hash_algo", out _))
        {
            throw ApiException.BadRequest("The method web-download has os_hash_algo and no os_hash_value.");
        }

        return digests;
    }

    private static Digest DigestOf(string algorithm, string hex)
    {
        try
        {
            return new Digest(algorithm, hex);
        }
        catch (ArgumentException e)
        {
            throw ApiException.BadRequest(e.Message, e);
        }
    }

    private static bool FlagOf(Dictionary<string, JsonElement> members, string name, bool fallback) => !members.TryGetValue(name, out var value) ? fallback
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw ApiException.BadRequest($"'{name}' is true or false.");

    private static string[] AllOf(ImageStores stores) =>
        [.. stores.All.Where(store => store.Info.Driver.Capabilities.CanWrite).Select(store => store.Id)];

    private static string[] NamedIn(Dictionary<string, JsonElement> members, string kind, ImageStores stores)
    {
        if (!members.TryGetValue("stores", out var list))
        {
            return kind == Copy ? throw ApiException.BadRequest("The method copy-image names 'stores', or 'all_stores'.") : [stores.DefaultId];
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw ApiException.BadRequest("'stores' is a list of stores.");
        }

        return [.. list.EnumerateArray().Select(id => KnownOf(JsonBody.TextOf(id, "a store", 255), stores)).Distinct()];
    }

    private static string KnownOf(string id, ImageStores stores) =>
        stores.TryGet(id, out var store) && !store.Info.IsReserved && store.Info.Driver.Capabilities.CanWrite
            ? store.Id
            : throw ApiException.Conflict($"There is no store '{id}' that takes images; there is {string.Join(", ", stores.Ids)}.");
}
