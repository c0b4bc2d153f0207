using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Azure;

public sealed partial record AzureDriverOptions
{
    private const int EncryptionKeyBytes = 32; // AES-256 is the one algorithm of customer-provided keys

    private static readonly string[] Tiers = ["Hot", "Cool", "Cold", "Archive"];

    /// <summary>What is wrong with these options, one sentence each; empty where nothing is.</summary>
    public IReadOnlyList<string> Mistakes() => [.. PlaceMistakes(), .. CredentialMistakes(), .. KeyMistakes(), .. TransportMistakes()];

    private IEnumerable<string> PlaceMistakes()
    {
        if (Given(ConnectionString) && AzureEndpoint.OfConnectionString(ConnectionString!) is null)
        {
            yield return "'ConnectionString' is not a connection string as the portal shows it";
        }
        else if (Place is null)
        {
            yield return "'Endpoint' is not the URL of an account's blobs, such as https://ACCOUNT.blob.core.windows.net";
        }

        if (Given(ConnectionString) && Given(Endpoint))
        {
            yield return "'Endpoint' and 'ConnectionString' are both set, and the latter names an endpoint already";
        }

        if (!IsContainer(Container))
        {
            yield return "'Container' is not the name of a container: 3 to 63 lower-case letters, digits and single '-', neither first nor last";
        }

        if (!AzureLocations.IsPrefix(Prefix))
        {
            yield return "'Prefix' is not made of letters, digits, '-', '.', '_', '~' and single '/', the first no '/'";
        }
    }

    private IEnumerable<string> CredentialMistakes()
    {
        (AzureCredentialSource Source, string Name, bool IsSet)[] secrets =
        [
            (AzureCredentialSource.ConnectionString, nameof(ConnectionString), Given(ConnectionString)),
            (AzureCredentialSource.Key, nameof(AccountKey), Given(AccountKey)),
            (AzureCredentialSource.Sas, nameof(SasToken), Given(SasToken)),
            (AzureCredentialSource.Token, nameof(TokenCredential), TokenCredential is not null),
        ];
        if (secrets.Count(secret => secret.IsSet) > 1)
        {
            yield return $"{string.Join(" and ", secrets.Where(secret => secret.IsSet).Select(secret => $"'{secret.Name}'"))} are set; only one can be used";
        }

        foreach (var (source, name, isSet) in secrets)
        {
            if (Source == source && !isSet)
            {
                yield return $"'Credentials' is {source} and there is no '{name}'";
            }
        }

        if (Source is AzureCredentialSource.Token or AzureCredentialSource.Default && Place is { IsTls: false })
        {
            yield return "'Endpoint' is not https, and tokens are sent over nothing else";
        }
    }

    private IEnumerable<string> KeyMistakes()
    {
        if (Given(AccountKey) && !IsBase64(AccountKey!, null))
        {
            yield return "'AccountKey' is not base64";
        }

        if (Source == AzureCredentialSource.Key && Place is not null && !Given(Account))
        {
            yield return "'AccountName' is not set, and the endpoint does not tell the account";
        }

        if (EncryptionKey is not null && !IsBase64(EncryptionKey, EncryptionKeyBytes))
        {
            yield return "'EncryptionKey' is not 32 bytes in base64";
        }

        if (EncryptionKey is not null && Place is { IsTls: false })
        {
            yield return "'EncryptionKey' is set and 'Endpoint' is not https: the key is sent with every request";
        }
    }

    private IEnumerable<string> TransportMistakes()
    {
        if (AccessTier is not null && !Tiers.Contains(AccessTier, StringComparer.OrdinalIgnoreCase))
        {
            yield return $"'AccessTier' is not one of {string.Join(", ", Tiers)}";
        }

        if (MaxParallelBlocks is < 1 or > 1000)
        {
            yield return "'MaxParallelBlocks' is not a whole number from 1 to 1000";
        }

        if (!ServerConnections.IsConnectTimeout(ConnectTimeout))
        {
            yield return "'ConnectTimeout' is not a positive time span of at most 24 days";
        }

        if (CaBundle is not null && TrustedAuthorities.Fault(CaBundle) is { } fault)
        {
            yield return $"'CaBundle' names {CaBundle}, and {fault}";
        }
    }

    private static bool IsContainer(string name) => name.Length is >= 3 and <= 63
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
        && name[0] != '-' && name[^1] != '-' && !name.Contains("--", StringComparison.Ordinal);

    private static bool IsBase64(string text, int? length)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var count) && count > 0 && (length is null || count == length);
    }
}
