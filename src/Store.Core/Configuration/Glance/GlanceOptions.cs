using System.Collections.Frozen;
using System.Globalization;
using static GlanceStore.GlanceOption;

namespace GlanceStore;

/// <summary>Every option of glance_store's drivers that exist here, by the type of the store. One row an option.</summary>
internal static partial class GlanceOptions
{
    /// <summary>What glance takes where <c>stores</c> is not set.</summary>
    public const string DefaultStores = "file, http";

    /// <summary>The options of every store, whatever its type.</summary>
    public static IReadOnlyList<GlanceOption> OfEvery { get; } =
    [
        Used("store_description", ConfType.Text, null, "Description"),
        Used("weight", ConfType.Number(), "0", "Weight"),
    ];

    public static FrozenDictionary<string, IReadOnlyList<GlanceOption>> ByType { get; } = new Dictionary<string, IReadOnlyList<GlanceOption>>
    {
        ["file"] = File,
        ["http"] = Http,
        ["rbd"] = Rbd,
        ["s3"] = S3,
        ["swift"] = Swift,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Defaults = ByType.Values.SelectMany(options => options).Concat(OfEvery)
        .Where(option => option.Default is not null)
        .ToFrozenDictionary(option => option.Name, option => option.Default!, StringComparer.Ordinal);

    /// <summary>The options of a type; none where the type is not glance's.</summary>
    public static IReadOnlyList<GlanceOption> Of(string type) => ByType.GetValueOrDefault(type, []);

    /// <summary>The type whose option a name is; null for a name that glance_store does not have.</summary>
    public static string? TypeOf(string name) => ByType.FirstOrDefault(type => type.Value.Any(option => option.Name == name)).Key;

    /// <summary>The default of an option by its name, perhaps with that of its section before it.</summary>
    public static string? DefaultOf(string name) => Defaults.GetValueOrDefault(name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]);

    private static IReadOnlyList<GlanceOption> File =>
    [
        Used("filesystem_store_datadir", ConfType.Text, "/var/lib/glance/images", "Directory") with
        {
            DefaultUnless = "filesystem_store_datadirs",
        },
        Used("filesystem_store_datadirs", ConfType.Repeated, null, "Directories") with
        {
            Remark = "`filesystem_store_datadir` need not be set to nothing beside it",
        },
        Used("filesystem_store_metadata_file", ConfType.Text, null, "MetadataFile"),
        Used("filesystem_store_file_perm", ConfType.Number(), "0", "FileMode") with
        {
            Translate = text => ConfType.NumberOf(text) is > 0 and var digits ? [("FileMode", Written(digits))] : [],
        },
        Ignored("filesystem_store_chunk_size", ConfType.Number(1), "65536", "chunks are as long as `ChunkBytes` says, 4 MiB by default"),
        Used("filesystem_thin_provisioning", ConfType.Flag, "false", "ThinProvisioning"),
        Ignored("filesystem_store_timeout", ConfType.Number(0), "0", "`StallTimeout`, 60 s by default, guards every operation"),
        Ignored("filesystem_store_thread_pool_size", ConfType.Number(1), "10", "there is no pool of threads that wait"),
        Ignored("filesystem_store_threadpool_threshold", ConfType.Number(0, 100), "75", "there is no pool of threads that wait"),
    ];

    private static IReadOnlyList<GlanceOption> Http =>
    [
        Used("https_ca_certificates_file", ConfType.Text, null, "CaFile"),
        Used("https_insecure", ConfType.Flag, "true", "VerifyCertificates") with
        {
            Translate = text => [("VerifyCertificates", ConfType.FlagOf(text) == true ? "false" : "true")],
            KeepsOwnDefault = true,
            Unless = "https_ca_certificates_file",
            Remark = "certificates are checked unless it is set to true; does not count beside `https_ca_certificates_file`, as in glance",
        },
        Used("http_proxy_information", ProxyPairs, null, "HttpProxy, HttpsProxy") with { Translate = Proxies },
    ];

    private static IReadOnlyList<GlanceOption> S3 =>
    [
        Used("s3_store_host", ConfType.Text, null, "Endpoint") with { IsRequired = true, Remark = "without a scheme it is https" },
        Used("s3_store_region_name", ConfType.Text, null, "Region"),
        Used("s3_store_access_key", ConfType.Text, null, "AccessKey") with { IsRequired = true },
        Used("s3_store_secret_key", ConfType.Text, null, "SecretKey") with { IsRequired = true },
        Used("s3_store_bucket", ConfType.Text, null, "Bucket") with { IsRequired = true },
        Used("s3_store_create_bucket_on_put", ConfType.Flag, "false", "CreateBucket"),
        Used("s3_store_bucket_url_format", ConfType.Choice("auto", "virtual", "path"), "auto", "Addressing"),
        Ignored("s3_store_large_object_size", ConfType.Number(0), "100", "an image that is longer than a chunk is written in parts"),
        Ignored(
            "s3_store_large_object_chunk_size", ConfType.Number(5), "10",
            "the length of a part follows from the image's size and `ChunkBytes`"),
        Used("s3_store_thread_pools", ConfType.Number(1), "10", "MaxParallelParts, Parallelism") with
        {
            Translate = Parts,
            KeepsOwnDefault = true,
            Remark = "4 where it is not set; at most 64",
        },
        Used("s3_store_cacert", ConfType.Text, null, "CaBundle"),
        Ignored(
            "s3_store_enable_data_integrity_protection", ConfType.Flag, "false",
            "the server checks every part anyway (`Integrity`), and a read is verified"),
        Ignored(
            "s3_store_request_checksum_calculation", ConfType.Choice("when_required", "when_supported"), "when_required",
            "`Integrity` says which digest is sent"),
        Ignored(
            "s3_store_response_checksum_validation", ConfType.Choice("when_required", "when_supported"), "when_required",
            "a read is verified by its receipt"),
    ];

    private static ConfType ProxyPairs => ConfType.Pairs with
    {
        Expected = "a list of http:HOST:PORT and https:HOST:PORT, parted by commas",
        Fits = text => ConfType.PairsOf(text) is { } pairs && pairs.All(pair => pair.Name is "http" or "https"),
    };

    private static IEnumerable<(string Setting, string Text)> Proxies(string text) =>
        (ConfType.PairsOf(text) ?? []).Select(pair => (pair.Name == "http" ? "HttpProxy" : "HttpsProxy", pair.Value));

    private static IEnumerable<(string Setting, string Text)> Parts(string text)
    {
        const int Most = 64;
        var parts = Written(Math.Min(ConfType.NumberOf(text) ?? Most, Most));
        return [("MaxParallelParts", parts), ("Parallelism", parts)];
    }

    private static string Written(long number) => number.ToString(CultureInfo.InvariantCulture);
}
