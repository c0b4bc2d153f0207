using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Telemetry;
using GlanceStore.Keystone;

namespace GlanceStore.ImageService;

/// <summary>The section <c>ImageService</c> of the configuration. Every setting has a working default.</summary>
internal sealed record ServiceOptions
{
    public const string Section = "ImageService";

    public static readonly IReadOnlyList<string> KnownImportMethods = ["glance-direct", "web-download", "copy-image"];

    public static readonly IReadOnlyList<string> KnownWebSchemes = ["http", "https"];

    /// <summary><c>sqlite:PATH</c> or a connection string of PostgreSQL; null for a file of SQLite in the data folder.</summary>
    public string? Database { get; init; }

    /// <summary>An operator's <c>glance-api.conf</c> to take the stores from, and limits, Keystone and imports behind the settings here; null for none.</summary>
    public string? GlanceConf { get; init; }

    public AuthOptions Auth { get; init; } = new();

    public InspectionMode Inspection { get; init; }

    /// <summary>The format that disks are converted to when they are imported, as glance's <c>image_conversion:output_format</c>; null for none.</summary>
    public string? Conversion { get; init; }

    /// <summary>How qemu-img is run, which every conversion but that to raw takes.</summary>
    public QemuImgSettings QemuImg { get; init; } = new();

    public SignatureOptions Signatures { get; init; } = new();

    public QuotaOptions Quotas { get; init; } = new();

    public EventOptions Events { get; init; } = new();

    public TelemetryOptions Telemetry { get; init; } = new();

    /// <summary>The reserved store in which data wait for their import; null for the first reserved one.</summary>
    public string? Staging { get; init; }

    /// <summary>How many imports a process does at a time; of several, one never takes a <c>web-download</c>.</summary>
    public int ImportWorkers { get; init; } = 3;

    /// <summary>The ways of importing that are offered, parted by commas; null for all there are.</summary>
    public string? ImportMethods { get; init; }

    /// <summary>The schemes of addresses that <c>web-download</c> may fetch, parted by commas; null for http and https.</summary>
    public string? WebSchemes { get; init; }

    /// <summary>
    /// What <c>web-download</c> may fetch and how: settings of the HTTP store (AllowedHosts, DeniedNetworks, CaFile, …). Where they are not among them, AllowedPorts is
    /// <c>80, 443</c> and DeniedNetworks <c>private</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> WebDownload { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether an image tells its places to its owner, as glance's <c>show_multiple_locations</c>.</summary>
    public bool ShowMultipleLocations { get; init; }

    /// <summary>Whether an image tells its first place to all who see it, as glance's <c>show_image_direct_url</c>.</summary>
    public bool ShowImageDirectUrl { get; init; }

    /// <summary>Whether all who may download an image get its receipt, and not administrators alone.</summary>
    public bool ShowReceipts { get; init; }

    /// <summary>How many images a page of a list has where the request does not say, and at most.</summary>
    public int DefaultPage { get; init; } = 25;

    public int LargestPage { get; init; } = 1000;

    /// <summary>How long an upload may be silent before its image is taken from it: a process that was killed is silent.</summary>
    public TimeSpan UploadLease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the body of an upload may give nothing.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long transfers may go on once the service is told to stop.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What an upload's bytes are held against.</summary>
internal enum InspectionMode
{
    /// <summary>An image that is not of its disk_format, or not safe, is refused before anything is stored.</summary>
    Require,

    /// <summary>What was found is told in the image's properties.</summary>
    Report,

    /// <summary>Nothing is looked into.</summary>
    Off,
}

/// <summary>How qemu-img is run. It is used where it has a folder for its files, and never otherwise.</summary>
internal sealed record QemuImgSettings
{
    /// <summary>The folder on whose file system an image and what becomes of it are while it runs, without names; null for no qemu-img.</summary>
    public string? StagingDirectory { get; init; }

    public string Program { get; init; } = "qemu-img";

    public long MaxMemoryBytes { get; init; } = 1L << 30;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>Where the certificates are by which images are signed.</summary>
internal sealed record SignatureOptions
{
    /// <summary>A folder of files UUID.pem, UUID.crt or UUID.der; null for none.</summary>
    public string? Certificates { get; init; }

    /// <summary>The address of Barbican, which is asked for what is not in the folder; null for none.</summary>
    public string? Barbican { get; init; }
}

/// <summary>The limits that are asked of each image and each project, with glance's defaults.</summary>
internal sealed record QuotaOptions
{
    public long ImageSizeBytes { get; init; } = 1L << 40;

    /// <summary>The bytes that a project's images may have together, in every store; 0 for no limit.</summary>
    public long ProjectBytes { get; init; }

    public int Properties { get; init; } = 128;

    /// <summary>The bytes that the properties of an image may have together, names and values in UTF-8. Glance has no such limit.</summary>
    public long PropertyBytes { get; init; } = 256 << 10;

    public int Tags { get; init; } = 128;

    public int Members { get; init; } = 128;

    public int Locations { get; init; } = 10;
}

internal enum AuthMode
{
    None,
    Static,
    Keystone,
}

internal sealed record AuthOptions
{
    public AuthMode Mode { get; init; }

    public IReadOnlyList<TokenOptions> Tokens { get; init; } = [];

    public KeystoneOptions Keystone { get; init; } = new();
}

/// <summary>One token of <c>Auth:Mode</c> <c>static</c>, and who sends it.</summary>
internal sealed record TokenOptions
{
    public string? Token { get; init; }

    public string? User { get; init; }

    public string? Project { get; init; }

    /// <summary>The roles in the project; null for member alone. No list by default: a configuration adds to the one that is there.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    // The token stays out of whatever prints its options.
    public override string ToString() => $"a token of the project {Project}";
}

/// <summary>Where tokens are asked about, and as whom.</summary>
internal sealed record KeystoneOptions : KeystoneAccount
{
    /// <summary>Where callers without a token are sent; null, the default: where this service asks.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>How long an answer is believed, at most to the token's own end.</summary>
    public TimeSpan CacheTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The roles, parted by commas, of which the sender of an <c>X-Service-Token</c> has one: with it, users' tokens that have ended are let in.</summary>
    public string ServiceTokenRoles { get; init; } = "service";

    /// <summary>Whether an <c>X-Service-Token</c> without such a role is refused, and not only of no use.</summary>
    public bool ServiceTokenRolesRequired { get; init; }
}
