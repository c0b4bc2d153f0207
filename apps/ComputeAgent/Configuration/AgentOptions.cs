using System.Net;
using GlanceStore.Cache;
using GlanceStore.Drivers.Rbd;
using GlanceStore.Keystone;

namespace GlanceStore.ComputeAgent;

/// <summary>The section <c>ComputeAgent</c> of the configuration. Every setting has a working default.</summary>
internal sealed record AgentOptions
{
    public const string Section = "ComputeAgent";

    /// <summary>The Unix socket of the API; null for <c>agent.sock</c> in the runtime folder.</summary>
    public string? Socket { get; init; }

    /// <summary>Where guests read from: <c>unix:PATH</c> or <c>127.0.0.1:PORT</c>; null for <c>nbd.sock</c> in the runtime folder.</summary>
    public string? Nbd { get; init; }

    /// <summary>Where images and what is known of them are kept; null for <c>compute-agent</c> in the user's cache.</summary>
    public string? Directory { get; init; }

    /// <summary>The directory that the files of disks lie in, and never outside of it; null for <c>disks</c> in <see cref="Directory"/>.</summary>
    public string? DisksDirectory { get; init; }

    public CacheOptions Cache { get; init; } = new();

    /// <summary>How many images are downloaded at once; the others wait, by their priority.</summary>
    public int Downloads { get; init; } = 2;

    /// <summary>Who is asked where an image is, in this order. No list by default: a configuration adds to the one that is there.</summary>
    public IReadOnlyList<SourceOptions>? Sources { get; init; }

    /// <summary>Images that are fetched at the start.</summary>
    public IReadOnlyList<PrecachedImage>? Precache { get; init; }

    public SignatureOptions Signatures { get; init; } = new();

    /// <summary>Where disks are cloned within a Ceph cluster.</summary>
    public CephOptions Ceph { get; init; } = new();

    /// <summary>The program that makes overlays.</summary>
    public string QemuImg { get; init; } = "qemu-img";

    /// <summary>How many events a client may be behind before it is dropped.</summary>
    public int EventBacklog { get; init; } = 256;

    /// <summary>How many clients may listen to events at once.</summary>
    public int EventClients { get; init; } = 64;

    /// <summary>How long answers and reads may go on once the agent is told to stop.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>The cache: as <c>ImageCacheOptions</c>.</summary>
internal sealed record CacheOptions
{
    public long? MaxBytes { get; init; }

    public long MaxDiskBytes { get; init; } = 16L << 40;

    public TimeSpan ReverifyAfter { get; init; } = TimeSpan.FromDays(1);

    public long ReadAheadBytes { get; init; } = 16 << 20;

    public int Parallelism { get; init; } = 4;

    /// <summary>The most bytes a second at which an image that is fetched when it is used is filled behind its readers; null: as fast as it goes.</summary>
    public long? BackgroundBytesPerSecond { get; init; }

    public TimeSpan? ScrubInterval { get; init; }

    public long? ScrubBytesPerSecond { get; init; } = 32 << 20;

    public TimeSpan? HedgeAfter { get; init; }

    public ImageCacheOptions ToCache(string directory) => new()
    {
        Directory = directory,
        MaxBytes = MaxBytes,
        MaxDiskBytes = MaxDiskBytes,
        ReverifyAfter = ReverifyAfter,
        ReadAheadBytes = ReadAheadBytes,
        Parallelism = Parallelism,
        BackgroundBytesPerSecond = BackgroundBytesPerSecond,
        ScrubInterval = ScrubInterval,
        ScrubBytesPerSecond = ScrubBytesPerSecond,
        HedgeAfter = HedgeAfter,
    };
}

internal enum SourceKind
{
    /// <summary>Our image service, by its receipts: every chunk can be verified by itself.</summary>
    ImageService,

    /// <summary>OpenStack's Glance, by its locations or through its API, verified as a whole by <c>os_hash_value</c>.</summary>
    Glance,

    /// <summary>A directory of receipts, <c>ID.json</c>.</summary>
    Receipts,
}

/// <summary>Somebody who knows where images are.</summary>
internal sealed record SourceOptions
{
    /// <summary>What requests call it; null for its type.</summary>
    public string? Name { get; init; }

    public SourceKind Type { get; init; }

    /// <summary>The address of the service.</summary>
    public string? Url { get; init; }

    /// <summary>The token that it is asked with; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>A file with that token, read at every request, so that somebody else may renew it.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Who logs in at a Keystone, by whose tokens it is asked; null for nobody.</summary>
    public KeystoneAccount? Keystone { get; init; }

    /// <summary>The directory of receipts.</summary>
    public string? Directory { get; init; }

    /// <summary>How long an answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    public string NameOrType => Name ?? Type.ToString();

    // Without the token, whatever prints its options.
    public override string ToString() => NameOrType;
}

/// <summary>An image of <see cref="AgentOptions.Precache"/>.</summary>
internal sealed record PrecachedImage
{
    public string? Id { get; init; }

    public string? Format { get; init; }

    public int Priority { get; init; }
}

/// <summary>Whether images have to be signed, and by whom.</summary>
internal sealed record SignatureOptions
{
    /// <summary>Whether an image without a signature is refused. One that a request or a source gives is verified in any case.</summary>
    public bool Require { get; init; }

    /// <summary>The directory of the certificates that are trusted, <c>UUID.pem</c> by <c>img_signature_certificate_uuid</c>.</summary>
    public string? Certificates { get; init; }
}

/// <summary>The pool that disks are cloned into, as <c>RbdDriverOptions</c> has it.</summary>
internal sealed record CephOptions
{
    /// <summary>The pool, or <c>POOL/NAMESPACE</c>; null, the default: no disks within Ceph.</summary>
    public string? Pool { get; init; }

    /// <summary>The user without <c>client.</c>, who has to write to that pool and to read those of the images; null for the library's choice.</summary>
    public string? User { get; init; }

    /// <summary>The cluster's configuration file; null for the library's search.</summary>
    public string? CephConf { get; init; }

    /// <summary>The same, for the driver; null where there is no pool.</summary>
    public RbdDriverOptions? ToDriver() => Pool is { } pool ? new RbdDriverOptions { Pool = pool, User = User, CephConf = CephConf } : null;
}

/// <summary>The options, with every place filled in.</summary>
internal sealed record AgentPlaces(string Directory, string DisksDirectory, string Socket, EndPoint Nbd);
