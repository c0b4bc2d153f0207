using System.Security.Cryptography;

namespace GlanceStore;

/// <summary>The digests that can be computed here, by hashlib's names.</summary>
public static class DigestAlgorithms
{
    private static readonly Dictionary<string, HashAlgorithmName> Names = new(
        new (string Name, HashAlgorithmName Algorithm, bool IsSupported)[]
        {
            ("md5", HashAlgorithmName.MD5, true),
            ("sha1", HashAlgorithmName.SHA1, true),
            ("sha256", HashAlgorithmName.SHA256, true),
            ("sha384", HashAlgorithmName.SHA384, true),
            ("sha512", HashAlgorithmName.SHA512, true),
            ("sha3_256", HashAlgorithmName.SHA3_256, SHA3_256.IsSupported),
            ("sha3_384", HashAlgorithmName.SHA3_384, SHA3_384.IsSupported),
            ("sha3_512", HashAlgorithmName.SHA3_512, SHA3_512.IsSupported),
        }
        .Where(known => known.IsSupported)
        .Select(known => KeyValuePair.Create(known.Name, known.Algorithm)),
        StringComparer.Ordinal);

    /// <summary>Their names: <c>md5</c>, <c>sha1</c>, <c>sha256</c>, <c>sha384</c>, <c>sha512</c>, and <c>sha3_…</c> where the platform has them.</summary>
    public static IReadOnlyCollection<string> Known => Names.Keys;

    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: the algorithm is not known here.</exception>
    internal static HashAlgorithmName NameOf(string algorithm) => Names.TryGetValue(algorithm, out var name)
        ? name
        : throw new StoreException(StoreError.Unsupported,
            $"The digest '{algorithm}' cannot be computed here; known are {string.Join(", ", Known)}.");
}
