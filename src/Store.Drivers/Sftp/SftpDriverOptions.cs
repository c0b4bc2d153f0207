namespace GlanceStore.Drivers.Sftp;

/// <summary>The settings of an SFTP store.</summary>
public sealed partial record SftpDriverOptions
{
    /// <summary>The server's name or address.</summary>
    public string Host { get; init; } = "";

    /// <summary>The server's port; 22 by default.</summary>
    public int Port { get; init; } = 22;

    /// <summary>The user to log in as.</summary>
    public string Username { get; init; } = "";

    /// <summary>The directory of the images on the server, an absolute path; made by the first put where it is not there.</summary>
    public string Directory { get; init; } = "";

    /// <summary>Ways to log in, in the order they are tried.</summary>
    public IReadOnlyList<SftpCredential> Credentials { get; init; } = [];

    /// <summary>The fingerprints of the keys the server may have: <c>SHA256:</c> and 43 characters, as <c>ssh-keygen -l</c> writes them.</summary>
    public IReadOnlyList<string> HostKeyFingerprints { get; init; } = [];

    /// <summary>A file of keys that hosts are known by, in OpenSSH's format; null for none.</summary>
    public string? KnownHostsFile { get; init; }

    /// <summary>Whether a server is trusted whose key is not known; false by default. A key known to be another is refused all the same.</summary>
    public bool AcceptUnknownHostKey { get; init; }

    /// <summary>How many connections there are at most; 4 by default. Operations share them.</summary>
    public int MaxConnections { get; init; } = 4;

    /// <summary>How many reads or writes of one image are under way at once; 16 by default. More help where the server is far away.</summary>
    public int MaxRequests { get; init; } = 16;

    /// <summary>How long making a connection may take; 10 seconds by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often an idle connection sends a sign of life; 30 seconds by default, zero for never.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The permissions of new images; by default what the server gives a new file.</summary>
    public UnixFileMode? FileMode { get; init; }

    /// <summary>The record without its secrets.</summary>
    public override string ToString() => $"SFTP directory '{Directory}' at {Host}:{Port}";
}
