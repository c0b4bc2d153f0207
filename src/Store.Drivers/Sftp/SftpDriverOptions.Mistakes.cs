using Renci.SshNet;
using Renci.SshNet.Common;

namespace GlanceStore.Drivers.Sftp;

public sealed partial record SftpDriverOptions
{
    private const UnixFileMode AllPermissions = (UnixFileMode)511;

    /// <summary>What is wrong with these options, one sentence each; empty where nothing is.</summary>
    public IReadOnlyList<string> Mistakes() => [.. PlaceMistakes(), .. Credentials.SelectMany(CredentialMistakes), .. HostKeyMistakes(), .. LimitMistakes()];

    private IEnumerable<string> PlaceMistakes()
    {
        if (Uri.CheckHostName(Host) == UriHostNameType.Unknown)
        {
            yield return "'Host' is not the name or the address of a server";
        }

        if (Port is < 1 or > 65535)
        {
            yield return "'Port' is not a whole number from 1 to 65535";
        }

        if (string.IsNullOrWhiteSpace(Username))
        {
            yield return "'Username' is not set";
        }

        if (!SftpLocations.IsDirectory(Directory))
        {
            yield return "'Directory' is not an absolute path on the server, such as /srv/images, without '.', '..' and empty parts";
        }

        if (Credentials.Count == 0)
        {
            yield return "'Credentials' is empty, and there must be a password or a private key to log in with";
        }
    }

    private static IEnumerable<string> CredentialMistakes(SftpCredential credential)
    {
        if (string.IsNullOrEmpty(credential.Password) == string.IsNullOrEmpty(credential.PrivateKeyFile))
        {
            yield return "An entry of 'Credentials' is not either a 'Password' or a 'PrivateKeyFile'";
        }

        if (credential.PrivateKeyFile is null && (credential.Passphrase ?? credential.CertificateFile) is not null)
        {
            yield return "An entry of 'Credentials' has a 'Passphrase' or a 'CertificateFile' and no 'PrivateKeyFile'";
        }

        if (credential.PrivateKeyFile is { Length: > 0 } file && FaultOf(file, credential) is { } fault)
        {
            yield return fault;
        }
    }

    // The error of the library is not repeated: what it says of a wrong passphrase is nobody's business.
    private static string? FaultOf(string file, SftpCredential credential)
    {
        try
        {
            using var key = new PrivateKeyFile(file, credential.Passphrase, credential.CertificateFile);
            return null;
        }
        catch (SshPassPhraseNullOrEmptyException)
        {
            return $"The private key {file} has a passphrase, and 'Passphrase' is not set";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The private key {file} or its certificate cannot be read";
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"The private key {file} or its certificate is not one, or its passphrase is another";
        }
    }

    private IEnumerable<string> HostKeyMistakes()
    {
        foreach (var fingerprint in HostKeyFingerprints.Where(fingerprint => !SftpHostKeys.IsFingerprint(fingerprint)))
        {
            yield return $"'HostKeyFingerprints' holds '{fingerprint}', which is not 'SHA256:' and 43 characters";
        }

        if (KnownHostsFile is not null && !File.Exists(KnownHostsFile))
        {
            yield return $"'KnownHostsFile' names {KnownHostsFile}, and there is no such file";
        }

        if (HostKeyFingerprints.Count == 0 && KnownHostsFile is null && !AcceptUnknownHostKey)
        {
            yield return "Neither 'HostKeyFingerprints' nor 'KnownHostsFile' is set, and one of them must say which key the server has";
        }
    }

    private IEnumerable<string> LimitMistakes()
    {
        if (MaxConnections is < 1 or > 100)
        {
            yield return "'MaxConnections' is not a whole number from 1 to 100";
        }

        if (MaxRequests is < 1 or > SftpConnection.MaxRequests)
        {
            yield return $"'MaxRequests' is not a whole number from 1 to {SftpConnection.MaxRequests}";
        }

        if (ConnectTimeout <= TimeSpan.Zero || ConnectTimeout.TotalDays > 1)
        {
            yield return "'ConnectTimeout' is not a positive time span of at most a day";
        }

        if (KeepAlive < TimeSpan.Zero || KeepAlive.TotalDays > 1)
        {
            yield return "'KeepAlive' is not a time span of at most a day";
        }

        if (FileMode is { } mode && (mode & ~AllPermissions) != 0)
        {
            yield return "'FileMode' is not a set of permissions of owner, group and others";
        }
    }
}
