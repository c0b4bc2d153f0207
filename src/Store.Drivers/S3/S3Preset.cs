namespace GlanceStore.Drivers.S3;

/// <summary>What is known of a kind of S3 server. A bucket's own answers are had with the driver's <see cref="IProbe"/>.</summary>
public sealed record S3Preset
{
    private static readonly S3Preset[] All =
    [
        new("generic"),
        new("aws") { Integrity = S3Integrity.Crc32, CreateNew = S3CreateNew.Conditional, EtagIsMd5 = true },
        new("ceph") { Integrity = S3Integrity.Md5, CreateNew = S3CreateNew.ConditionalPut },
        new("swift") { CreateNew = S3CreateNew.LookFirst, MaxParts = 1000 },
        new("minio") { Integrity = S3Integrity.Md5 },
        new("r2") { Integrity = S3Integrity.Md5, PartBytes = 64 << 20 },
        new("b2") { Integrity = S3Integrity.Md5, CreateNew = S3CreateNew.LookFirst },
        new("gcs") { CreateNew = S3CreateNew.LookFirst },
    ];

    private S3Preset(string name) => Name = name;

    /// <summary>The names there are.</summary>
    public static IEnumerable<string> Names => All.Select(preset => preset.Name);

    /// <summary>What holds for any server that speaks S3: the digest every one checks, and a look before each conditional write.</summary>
    public static S3Preset Generic => All[0];

    /// <summary>The name an operator writes.</summary>
    public string Name { get; }

    /// <summary>The digest of each part that the server checks.</summary>
    public S3Integrity Integrity { get; private init; } = S3Integrity.Sha256;

    /// <summary>How a new image is kept from replacing one that is there.</summary>
    public S3CreateNew CreateNew { get; private init; } = S3CreateNew.Auto;

    /// <summary>Whether an ETag without a dash is the MD5 of the object unless a key of the customer or of KMS encrypts it.</summary>
    public bool EtagIsMd5 { get; private init; }

    /// <summary>The most parts of an upload.</summary>
    public int MaxParts { get; private init; } = 10_000;

    /// <summary>The length all parts but the last must have in bytes, where the server wants them equal; else null.</summary>
    public long? PartBytes { get; private init; }

    /// <summary>The preset of a name, or null where there is none.</summary>
    public static S3Preset? Find(string name) => All.FirstOrDefault(preset => preset.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>The digest of what is sent that the server itself checks.</summary>
public enum S3Integrity
{
    /// <summary>The SHA-256 that the signature covers (<c>x-amz-content-sha256</c>): every server that checks signatures checks it.</summary>
    Sha256,

    /// <summary><c>Content-MD5</c>, the body left out of the signature: for processors that hash MD5 faster than SHA-256.</summary>
    Md5,

    /// <summary><c>x-amz-checksum-crc32</c>, the body left out of the signature: the least work, for servers that really check it.</summary>
    Crc32,
}

/// <summary>How a new image is kept from replacing one that is there.</summary>
public enum S3CreateNew
{
    /// <summary>Look first and send <c>If-None-Match: *</c> as well; where the server refuses the header, log so once and go on without.</summary>
    Auto,

    /// <summary><c>If-None-Match: *</c> alone, which the server honours on PutObject and on CompleteMultipartUpload; for CopyObject look first as well.</summary>
    Conditional,

    /// <summary><c>If-None-Match: *</c> on PutObject; look first where an upload is completed.</summary>
    ConditionalPut,

    /// <summary>Look first: two processes that create the same id at the same moment are not kept apart.</summary>
    LookFirst,
}
