using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GlanceStore.Drivers.Shared;

/// <summary>The certificate authorities of an operator's file, to trust instead of the system's.</summary>
internal static class TrustedAuthorities
{
    public static X509ChainPolicy PolicyOf(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }

    /// <summary>Why a file cannot be used; null where it can.</summary>
    public static string? Fault(string file)
    {
        try
        {
            return PolicyOf(file).CustomTrustStore.Count > 0 ? null : "it holds no certificate";
        }
        catch (FileNotFoundException)
        {
            return "there is no such file";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return "it cannot be read";
        }
    }
}
