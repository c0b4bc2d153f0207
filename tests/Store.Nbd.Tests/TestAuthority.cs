using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GlanceStore.Nbd.Tests;

/// <summary>An authority that issues certificates for one test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestAuthority()
    {
        var request = new CertificateRequest("CN=authority of the test", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(1));
    }

    public X509Certificate2 Certificate { get; }

    public static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request(name, key, isServer: false).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    public X509Certificate2 Issue(string name, bool isServer, bool isExpired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var end = DateTimeOffset.UtcNow.AddHours(isExpired ? -1 : 12);
        using var issued = Request(name, key, isServer).Create(Certificate, DateTimeOffset.UtcNow.AddDays(-2), end, RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>Writes the files that libnbd and QEMU read of a client.</summary>
    public void Write(string folder, X509Certificate2 client)
    {
        Directory.CreateDirectory(folder);
        using var key = client.GetECDsaPrivateKey()!;
        File.WriteAllText(Path.Combine(folder, "ca-cert.pem"), Certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "client-cert.pem"), client.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "client-key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private static CertificateRequest Request(string name, ECDsa key, bool isServer)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(isServer ? ServerAuthentication : ClientAuthentication)], true));
        request.CertificateExtensions.Add(names.Build());
        return request;
    }
}
