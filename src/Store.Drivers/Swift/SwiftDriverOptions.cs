namespace GlanceStore.Drivers.Swift;

/// <summary>The settings of a Swift store.</summary>
public sealed partial record SwiftDriverOptions
{
    /// <summary>Where to log in: <c>https://host:5000/v3</c> of Keystone, <c>https://host/auth/v1.0</c> of tempauth. glance: <c>swift_store_auth_address</c>.</summary>
    public string AuthAddress { get; init; } = "";

    /// <summary>Who checks passwords; Keystone by default. glance: <c>swift_store_auth_version</c>.</summary>
    public SwiftAuthVersion AuthVersion { get; init; } = SwiftAuthVersion.Keystone;

    /// <summary>Who logs in: <c>project:user</c> at Keystone, <c>account:user</c> at tempauth. glance: <c>swift_store_user</c>.</summary>
    public string? User { get; init; }

    /// <summary>The user's password. glance: <c>swift_store_key</c>.</summary>
    public string? Key { get; init; }

    /// <summary>The id of an application credential, instead of a user. glance: <c>swift_store_application_credential_id</c>.</summary>
    public string? ApplicationCredentialId { get; init; }

    /// <summary>The secret of the application credential. glance: <c>swift_store_application_credential_secret</c>.</summary>
    public string? ApplicationCredentialSecret { get; init; }

    /// <summary>The id of the user's domain; <c>default</c> where neither id nor name is set.</summary>
    public string? UserDomainId { get; init; }

    /// <summary>The name of the user's domain.</summary>
    public string? UserDomainName { get; init; }

    /// <summary>The id of the project's domain; <c>default</c> where neither id nor name is set.</summary>
    public string? ProjectDomainId { get; init; }

    /// <summary>The name of the project's domain.</summary>
    public string? ProjectDomainName { get; init; }

    /// <summary>A file of accounts, a section each, instead of the settings above. glance: <c>swift_store_config_file</c>.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>The section whose account new images are put into; <c>ref1</c> by default. glance: <c>default_swift_reference</c>.</summary>
    public string DefaultReference { get; init; } = "ref1";

    /// <summary>The container, or the beginning of the containers' names; <c>glance</c> by default. glance: <c>swift_store_container</c>.</summary>
    public string Container { get; init; } = "glance";

    /// <summary>How many characters of an id name its container, 0 to 32; 0, the default, for one container. glance: <c>swift_store_multiple_containers_seed</c>.</summary>
    public int ContainersSeed { get; init; }

    /// <summary>Whether a put makes a container that is not there. glance: <c>swift_store_create_container_on_put</c>.</summary>
    public bool CreateContainer { get; init; }

    /// <summary>Whether every image lies in a container of its own in its owner's account. glance: <c>swift_store_multi_tenant</c>.</summary>
    public bool MultiTenant { get; init; }

    /// <summary>Projects that may always write, where there are many tenants. glance: <c>swift_store_admin_tenants</c>.</summary>
    public IReadOnlyList<string> AdminTenants { get; init; } = [];

    /// <summary>The region whose endpoint is taken from the catalog; any by default. glance: <c>swift_store_region</c>.</summary>
    public string? Region { get; init; }

    /// <summary>The account's URL, instead of the one the login names. glance: <c>swift_store_endpoint</c>.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Which of the catalog's endpoints; the public one by default. glance: <c>swift_store_endpoint_type</c>.</summary>
    public SwiftInterface Interface { get; init; }

    /// <summary>The catalog's name for object stores. glance: <c>swift_store_service_type</c>.</summary>
    public string ServiceType { get; init; } = "object-store";

    /// <summary>How long before its end a token is renewed; a minute by default. glance: <c>swift_store_expire_soon_interval</c>.</summary>
    public TimeSpan RenewBefore { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How the segments of an image are held together; SLO by default.</summary>
    public SwiftManifest Manifest { get; init; }

    /// <summary>How many segments of one image may be under way at once; 4 by default.</summary>
    public int MaxParallelSegments { get; init; } = 4;

    /// <summary>The most segments of an image; 10,000 by default. Ceph takes no more than 1,000 in an SLO.</summary>
    public int MaxSegments { get; init; } = 10_000;

    /// <summary>The key that signs direct URLs; by default the one the account keeps.</summary>
    public string? TempUrlKey { get; init; }

    /// <summary>A file of PEM certificates to trust instead of the system's, for Swift and Keystone. glance: <c>swift_store_cacert</c>.</summary>
    public string? CaBundle { get; init; }

    /// <summary>Whether the servers' certificates are checked; true by default. glance: <c>swift_store_auth_insecure</c>, reversed.</summary>
    public bool CheckCertificate { get; init; } = true;

    /// <summary>How long making a connection may take; 10 seconds by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the driver tells <see cref="ILegacyUri"/>: locations with the user and the key inside, as Python nodes without a file of accounts need them.</summary>
    public bool LegacyUris { get; init; }

    /// <summary>The record without its secrets.</summary>
    public override string ToString() => $"Swift container '{Container}' of {ConfigFile ?? AuthAddress}";
}

/// <summary>Who checks the passwords of a Swift.</summary>
public enum SwiftAuthVersion
{
    /// <summary>Swift's own tempauth, or Ceph's: version 1.</summary>
    TempAuth = 1,

    /// <summary>Keystone, version 3.</summary>
    Keystone = 3,
}

/// <summary>Which of a service's endpoints to talk to.</summary>
public enum SwiftInterface
{
    /// <summary>The public endpoint.</summary>
    Public,

    /// <summary>The internal endpoint.</summary>
    Internal,

    /// <summary>The administrators' endpoint.</summary>
    Admin,
}

/// <summary>How the segments of an image are held together.</summary>
public enum SwiftManifest
{
    /// <summary>A static large object: the manifest lists every segment, and the server checks each against it.</summary>
    Slo,

    /// <summary>A dynamic large object, as glance writes them: whatever a listing finds under a prefix.</summary>
    Dlo,
}
