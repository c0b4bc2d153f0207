namespace GlanceStore.Drivers.Sftp;

/// <summary>One way to log in: a password, or a private key.</summary>
public sealed record SftpCredential
{
    /// <summary>A password; also the answer where the server asks for it by keyboard-interactive.</summary>
    public string? Password { get; init; }

    /// <summary>The file of a private key, in OpenSSH's, PEM or PuTTY's format.</summary>
    public string? PrivateKeyFile { get; init; }

    /// <summary>The passphrase of the private key; null for none.</summary>
    public string? Passphrase { get; init; }

    /// <summary>The file of the certificate that an authority issued for the key (<c>id_ed25519-cert.pub</c>); null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The record without its secrets.</summary>
    public override string ToString() => PrivateKeyFile is null ? "a password" : $"the key {PrivateKeyFile}";
}
