using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GlanceStore.Nbd;

namespace GlanceStore.Cli.Serving;

/// <summary>The certificates of a server, and of those who issue its clients theirs, as PEM files.</summary>
internal static class TlsFiles
{
    /// <param name="certificate">The server's certificate, and behind it those between it and its authority's; null for no TLS.</param>
    /// <param name="key">Its private key; null where that is in the file of the certificate.</param>
    /// <param name="clientAuthorities">Who must have issued a client's certificate.</param>
    /// <exception cref="UsageException">One is missing, or is none.</exception>
    public static NbdTlsOptions? Read(string? certificate, string? key, string? clientAuthorities)
    {
        if (certificate is null && key is null && clientAuthorities is null)
        {
            return null;
        }

        if (certificate is null || clientAuthorities is null)
        {
            throw new UsageException("TLS needs --tls-certificate and --tls-client-ca: a server that asks nobody for a certificate serves everybody.");
        }

        var own = Read("--tls-certificate", certificate, path => X509Certificate2.CreateFromPemFile(path, key));
        var chain = Read("--tls-certificate", certificate, All);
        return new NbdTlsOptions(own, Read("--tls-client-ca", clientAuthorities, All)) { Intermediates = [.. chain.Skip(1)] };
    }

    private static X509Certificate2Collection All(string path)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(path);
        return all.Count > 0 ? all : throw new CryptographicException("there is no certificate in it.");
    }

    // What is said of a key is not repeated: it is a secret, and the reader of a bad one might quote it.
    private static T Read<T>(string option, string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new UsageException($"{option}: '{path}' holds no certificate that can be used, or the private key does not belong to it; both are PEM files, the key without a password.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{option}: {Texts.ReasonOf(e, path)}", e);
        }
    }
}
