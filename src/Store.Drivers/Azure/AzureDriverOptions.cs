using Azure.Core;

namespace GlanceStore.Drivers.Azure;

/// <summary>The settings of an Azure store.</summary>
public sealed partial record AzureDriverOptions
{
    /// <summary>
    /// Where the account's blobs are: <c>https://ACCOUNT.blob.core.windows.net</c>, or <c>http://127.0.0.1:10000/ACCOUNT</c> as emulators
    /// have it; without a scheme, https. By default what <see cref="ConnectionString"/> or <see cref="AccountName"/> say.
    /// </summary>
    public string Endpoint { get; init; } = "";

    /// <summary>The account's name; by default as the endpoint tells it.</summary>
    public string? AccountName { get; init; }

    /// <summary>The container.</summary>
    public string Container { get; init; } = "";

    /// <summary>What stands before an image's id in the blob's name, such as <c>images/</c>; empty by default.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Who asks; by default whichever of the credentials below is set, else <see cref="AzureCredentialSource.Default"/>.</summary>
    public AzureCredentialSource? Credentials { get; init; }

    /// <summary>A connection string, as the portal shows it.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The account's key, in base64.</summary>
    public string? AccountKey { get; init; }

    /// <summary>A shared access signature: the query of a signed address.</summary>
    public string? SasToken { get; init; }

    /// <summary>Gives tokens of Microsoft Entra ID; only from code.</summary>
    public TokenCredential? TokenCredential { get; init; }

    /// <summary>The client id of a managed or workload identity that is not the machine's own, for <see cref="AzureCredentialSource.Default"/>.</summary>
    public string? ManagedIdentityClientId { get; init; }

    /// <summary>The tenant, for <see cref="AzureCredentialSource.Default"/>.</summary>
    public string? TenantId { get; init; }

    /// <summary>The access tier of new images: <c>Hot</c>, <c>Cool</c>, <c>Cold</c> or <c>Archive</c>; the account's own by default.</summary>
    public string? AccessTier { get; init; }

    /// <summary>The customer-provided key that images are encrypted with: 32 bytes in base64; none by default.</summary>
    public string? EncryptionKey { get; init; }

    /// <summary>Whether a put makes the container where there is none.</summary>
    public bool CreateContainer { get; init; }

    /// <summary>A file of PEM certificates to trust instead of the system's.</summary>
    public string? CaBundle { get; init; }

    /// <summary>Whether the server's certificate is checked; true by default.</summary>
    public bool CheckCertificate { get; init; } = true;

    /// <summary>How long making a connection may take; 10 seconds by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many blocks of one image may be under way at once; 4 by default.</summary>
    public int MaxParallelBlocks { get; init; } = 4;

    /// <summary>The record without its secrets.</summary>
    public override string ToString() => $"Azure container '{Container}' at {Place?.Host}";

    internal AzureCredentialSource Source => Credentials ?? (
        Given(ConnectionString) ? AzureCredentialSource.ConnectionString
        : TokenCredential is not null ? AzureCredentialSource.Token
        : Given(AccountKey) ? AzureCredentialSource.Key
        : Given(SasToken) ? AzureCredentialSource.Sas
        : AzureCredentialSource.Default);

    internal AzureEndpoint? Place =>
        Given(Endpoint) ? AzureEndpoint.Parse(Endpoint)
        : Given(ConnectionString) ? AzureEndpoint.OfConnectionString(ConnectionString!)
        : Given(AccountName) ? AzureEndpoint.Parse($"https://{AccountName}.blob.core.windows.net")
        : null;

    internal string? Account => Given(AccountName) ? AccountName
        : Source == AzureCredentialSource.ConnectionString && AzureConnectionString.AccountIn(ConnectionString!) is { } named ? named
        : Place?.Account;

    private static bool Given(string? text) => !string.IsNullOrEmpty(text);
}
