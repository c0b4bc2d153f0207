using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GlanceStore.Digests;

/// <summary>
/// Checks the signature of one image: whether it can be the signer's before anything is read, and whether it is once all has been digested. One for puts and
/// reads.
/// </summary>
internal sealed class SignatureCheck
{
    // RFC 5480, section 2.1.1.1, and SEC 2.
    private static readonly Dictionary<string, string> Curves = new(StringComparer.Ordinal)
    {
        ["ECC_SECP384R1"] = "1.3.132.0.34",
        ["ECC_SECP521R1"] = "1.3.132.0.35",
        ["ECC_SECT409K1"] = "1.3.132.0.36",
        ["ECC_SECT409R1"] = "1.3.132.0.37",
        ["ECC_SECT571K1"] = "1.3.132.0.38",
        ["ECC_SECT571R1"] = "1.3.132.0.39",
    };

    private readonly ImageSignature _signature;

    private SignatureCheck(ImageSignature signature) => _signature = signature;

    /// <summary>The digest that has to be computed.</summary>
    public string Algorithm => _signature.DigestAlgorithm;

    /// <summary>Begins a check; null where there is nothing to check.</summary>
    /// <param name="signature">What an image says of itself.</param>
    /// <param name="time">The clock, which a certificate's dates are held against.</param>
    /// <exception cref="StoreException"><see cref="StoreError.Refused"/>: the certificate is none, is not valid today, or has another kind of key.</exception>
    public static SignatureCheck? Of(ImageSignature? signature, TimeProvider time)
    {
        if (signature is null)
        {
            return null;
        }

        using var certificate = Load(signature);
        var now = time.GetUtcNow();
        if (now < certificate.NotBefore.ToUniversalTime() || now > certificate.NotAfter.ToUniversalTime())
        {
            throw Refused($"its certificate is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}, and it is {now.UtcDateTime:u}");
        }

        using var key = KeyOf(certificate, signature.KeyType);
        return new SignatureCheck(signature);
    }

    /// <summary>Checks the digest of the whole image.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Refused"/>: the image is not what was signed.</exception>
    public void Check(IEnumerable<Digest> computed)
    {
        using var certificate = Load(_signature);
        using var key = KeyOf(certificate, _signature.KeyType);
        var digest = Convert.FromHexString(computed.First(digest => digest.Algorithm == Algorithm).Hex);
        if (!IsSigned(key, digest))
        {
            throw new StoreException(StoreError.Refused, $"The image was refused, because its signature ({_signature.KeyType}, {_signature.HashMethod}) is not one of these bytes by that certificate.");
        }
    }

    private bool IsSigned(AsymmetricAlgorithm key, byte[] digest)
    {
        try
        {
            return key switch
            {
                RSA rsa => PssSignature.IsOf(digest, _signature.Signature.Span, rsa.ExportParameters(includePrivateParameters: false), DigestAlgorithms.NameOf(Algorithm)),
                ECDsa ecdsa => ecdsa.VerifyHash(digest, _signature.Signature.Span, DSASignatureFormat.Rfc3279DerSequence),
                DSA dsa => dsa.VerifySignature(digest, _signature.Signature.Span, DSASignatureFormat.Rfc3279DerSequence),
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            return false; // not even of the form of a signature
        }
    }

    private static X509Certificate2 Load(ImageSignature signature)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(signature.Certificate.Span);
        }
        catch (CryptographicException e)
        {
            throw Refused("its certificate is no X.509 certificate in DER or PEM", e);
        }
    }

    private static AsymmetricAlgorithm KeyOf(X509Certificate2 certificate, string keyType)
    {
        AsymmetricAlgorithm? key;
        try
        {
            key = keyType switch
            {
                "RSA-PSS" => certificate.GetRSAPublicKey(),
                "DSA" => certificate.GetDSAPublicKey(),
                _ when CurveOf(certificate) == Curves[keyType] => certificate.GetECDsaPublicKey(),
                _ => null,
            };
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or PlatformNotSupportedException)
        {
            throw Refused($"the key of its certificate cannot be used here as {keyType}", e);
        }

        return key ?? throw Refused($"its certificate has no key of the type {keyType}");
    }

    // Null for a key of another kind, and for a curve that is described and not named.
    private static string? CurveOf(X509Certificate2 certificate)
    {
        const string EllipticCurve = "1.2.840.10045.2.1";
        var parameters = certificate.PublicKey.EncodedParameters?.RawData;
        return certificate.PublicKey.Oid.Value == EllipticCurve && parameters is [(byte)UniversalTagNumber.ObjectIdentifier, ..]
            ? AsnDecoder.ReadObjectIdentifier(parameters, AsnEncodingRules.DER, out _)
            : null;
    }

    private static StoreException Refused(string why, Exception? cause = null) =>
        new(StoreError.Refused, $"The image's signature cannot be checked: {why}.", cause);
}
