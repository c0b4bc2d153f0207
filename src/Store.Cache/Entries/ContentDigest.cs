using System.Security.Cryptography;

namespace GlanceStore.Cache.Entries;

/// <summary>The digests that images are addressed by, computed over what is on the disk.</summary>
internal static class ContentDigest
{
    public static IncrementalHash Begin(Digest digest) => IncrementalHash.CreateHash(digest.Algorithm switch
    {
        "sha256" => HashAlgorithmName.SHA256,
        "sha384" => HashAlgorithmName.SHA384,
        "sha512" => HashAlgorithmName.SHA512,
        "sha3_256" => HashAlgorithmName.SHA3_256,
        "sha3_384" => HashAlgorithmName.SHA3_384,
        "sha3_512" => HashAlgorithmName.SHA3_512,
        var other => throw new StoreException(StoreError.Unsupported, $"The digest '{other}' cannot be computed here."),
    });

    /// <summary>The digest of all that was appended.</summary>
    public static Digest End(IncrementalHash hash, Digest expected) => new(expected.Algorithm, Convert.ToHexStringLower(hash.GetHashAndReset()));
}
