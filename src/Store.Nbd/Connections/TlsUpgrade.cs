using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GlanceStore.Nbd.Connections;

/// <summary>Makes a connection one of TLS, with a client whose certificate one of the authorities issued.</summary>
internal sealed class TlsUpgrade
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2"; // id-kp-clientAuth of RFC 5280

    private readonly SslServerAuthenticationOptions _options;

    public TlsUpgrade(NbdTlsOptions tls)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(tls.ClientAuthorities);
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        _options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(tls.Certificate, tls.Intermediates, offline: true),
            ClientCertificateRequired = true,
            CertificateChainPolicy = policy,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
    }

    public async Task<ClientStream> SecureAsync(ClientStream plain, CancellationToken cancellationToken)
    {
        // Bytes that came before TLS are nobody's: taken for the client's they could be somebody else's options.
        if (!plain.Input.Available.IsEmpty)
        {
            throw new ClientException("it sent more before TLS had begun");
        }

        var stream = new SslStream(plain.Stream);
        try
        {
            await stream.AuthenticateAsServerAsync(_options, cancellationToken).ConfigureAwait(false);
            return ClientStream.Secured(stream);
        }
        catch (AuthenticationException e)
        {
            throw new ClientException($"TLS was not agreed on: {e.InnerException?.Message ?? e.Message}");
        }
    }
}
