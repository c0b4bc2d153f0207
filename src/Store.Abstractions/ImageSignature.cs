using System.Collections.Frozen;

namespace GlanceStore;

/// <summary>A signature of an image, as OpenStack keeps it in an image's properties, and the certificate of who signed.</summary>
/// <remarks>
/// What cursive, OpenStack's library for it, verifies: the digest of the whole image, signed by RSA-PSS (MGF1 of the same digest, the longest salt that
/// fits), ECDSA or DSA. The certificate has to be valid on the day; that it is the right one, and who issued it, is for whoever gives it to know.
/// </remarks>
public sealed class ImageSignature
{
    /// <summary>The property of an image that is the signature, in Base64.</summary>
    public const string SignatureProperty = "img_signature";

    /// <summary>The property that is the digest which was signed, one of <see cref="HashMethods"/>.</summary>
    public const string HashMethodProperty = "img_signature_hash_method";

    /// <summary>The property that is the kind of key, one of <see cref="KeyTypes"/>.</summary>
    public const string KeyTypeProperty = "img_signature_key_type";

    /// <summary>The property that is the UUID under which the certificate is kept, such as Barbican's of a secret.</summary>
    public const string CertificateProperty = "img_signature_certificate_uuid";

    // cursive's SHA-224 is not among them, because .NET does not compute it.
    private static readonly FrozenDictionary<string, string> Digests = new Dictionary<string, string>
    {
        ["SHA-256"] = "sha256",
        ["SHA-384"] = "sha384",
        ["SHA-512"] = "sha512",
    }.ToFrozenDictionary();

    /// <summary>Takes what an image's properties say.</summary>
    /// <param name="hashMethod">The digest that was signed, one of <see cref="HashMethods"/>.</param>
    /// <param name="keyType">The kind of key, one of <see cref="KeyTypes"/>; the certificate must have one of that kind.</param>
    /// <param name="signature">The signature in Base64.</param>
    /// <param name="certificate">The certificate, X.509 in DER or PEM.</param>
    /// <exception cref="StoreException"><see cref="StoreError.Refused"/>: a name is not known, or the signature is no Base64.</exception>
    public ImageSignature(string hashMethod, string keyType, string signature, ReadOnlyMemory<byte> certificate)
    {
        ArgumentNullException.ThrowIfNull(hashMethod);
        ArgumentNullException.ThrowIfNull(keyType);
        ArgumentNullException.ThrowIfNull(signature);
        HashMethod = Known(hashMethod, HashMethods, HashMethodProperty);
        KeyType = Known(keyType, KeyTypes, KeyTypeProperty);
        Signature = Decoded(signature);
        Certificate = certificate;
    }

    /// <summary>The digests that are known here: <c>SHA-256</c>, <c>SHA-384</c>, <c>SHA-512</c>.</summary>
    public static IReadOnlyList<string> HashMethods { get; } = ["SHA-256", "SHA-384", "SHA-512"];

    /// <summary>The kinds of keys: <c>RSA-PSS</c>, <c>DSA</c>, and <c>ECC_</c> with one of six curves; for those of them with binary fields the platform must have them.</summary>
    public static IReadOnlyList<string> KeyTypes { get; } =
        ["RSA-PSS", "DSA", "ECC_SECP384R1", "ECC_SECP521R1", "ECC_SECT409K1", "ECC_SECT409R1", "ECC_SECT571K1", "ECC_SECT571R1"];

    /// <summary>The digest that was signed, by cursive's name.</summary>
    public string HashMethod { get; }

    /// <summary>The digest that was signed, by hashlib's name.</summary>
    public string DigestAlgorithm => Digests[HashMethod];

    /// <summary>The kind of key.</summary>
    public string KeyType { get; }

    /// <summary>The signature.</summary>
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>The certificate, X.509 in DER or PEM.</summary>
    public ReadOnlyMemory<byte> Certificate { get; }

    private static string Known(string name, IReadOnlyList<string> known, string property) => known.Contains(name)
        ? name
        : throw new StoreException(StoreError.Refused, $"The image's signature cannot be checked: {property} is '{Shown(name)}', and known here are {string.Join(", ", known)}.");

    private static byte[] Decoded(string signature)
    {
        try
        {
            return Convert.FromBase64String(signature);
        }
        catch (FormatException e)
        {
            throw new StoreException(StoreError.Refused, $"The image's signature cannot be checked: {SignatureProperty} is not Base64.", e);
        }
    }

    private static string Shown(string name) => name.Length > 40 ? name[..40] + "…" : name;
}
