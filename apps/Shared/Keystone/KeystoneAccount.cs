namespace GlanceStore.Keystone;

/// <summary>Who logs in at a Keystone, and how it is known to be that one.</summary>
internal record KeystoneAccount
{
    /// <summary>The address of the Keystone, with or without <c>/v3</c>.</summary>
    public string? Url { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    public string Project { get; init; } = "service";

    public string UserDomain { get; init; } = "Default";

    public string ProjectDomain { get; init; } = "Default";

    /// <summary>The domains by their ids instead; null, the default: by their names.</summary>
    public string? UserDomainId { get; init; }

    public string? ProjectDomainId { get; init; }

    /// <summary>A PEM file of the authorities that Keystone's certificate is checked against; null for the system's.</summary>
    public string? CaFile { get; init; }

    public bool VerifyCertificates { get; init; } = true;

    // Without the password, whatever prints its options.
    public sealed override string ToString() => $"{Username} at {Url}";
}
