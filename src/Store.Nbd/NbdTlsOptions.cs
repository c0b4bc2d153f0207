using System.Security.Cryptography.X509Certificates;

namespace GlanceStore.Nbd;

/// <summary>What a server shows to its clients, and what they must show to it.</summary>
/// <param name="Certificate">The server's certificate, with its private key.</param>
/// <param name="ClientAuthorities">Who must have issued a client's certificate: these and no others, whatever the system trusts.</param>
public sealed record NbdTlsOptions(X509Certificate2 Certificate, X509Certificate2Collection ClientAuthorities)
{
    /// <summary>The certificates between the server's and its authority's, which clients are sent; none by default.</summary>
    public X509Certificate2Collection Intermediates { get; init; } = [];
}
