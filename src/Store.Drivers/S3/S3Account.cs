using System.Security.Cryptography;
using System.Text;

namespace GlanceStore.Drivers.S3;

/// <summary>Whose images a store's are, told by its access key: servers keep buckets of one name in several accounts.</summary>
internal sealed class S3Account
{
    private const int FingerprintCharacters = 16;

    private readonly S3CredentialSource _source;
    private readonly string[] _ownKeys;

    public S3Account(S3DriverOptions options)
    {
        _source = options.Source;
        Own = options switch
        {
            { RoleArn: { } role } => Fingerprint("role", role),
            { Source: S3CredentialSource.Keys, AccessKey: { } key } => Fingerprint("key", key),
            _ => null,
        };
        Former = options.RoleArn is null ? [.. options.FormerAccessKeys.Select(key => Fingerprint("key", key))] : [];
        _ownKeys = options is { Source: S3CredentialSource.Keys, RoleArn: null } ? [options.AccessKey!, .. options.FormerAccessKeys] : [];
    }

    /// <summary>The store's account; null where the SDK finds out who asks, or nobody does.</summary>
    public string? Own { get; }

    /// <summary>What its account was called under the keys it had before.</summary>
    public IReadOnlyList<string> Former { get; }

    /// <summary>The account that the keys in a location name; null where it cannot be told from the store's.</summary>
    public string? NamedBy(LocationSecret secret)
    {
        secret.Reveal(out var key, out _);
        return _ownKeys.Contains(key) ? Own
            : _ownKeys.Length > 0 || _source == S3CredentialSource.Location ? Fingerprint("key", key)
            : null;
    }

    /// <summary>
    /// How long the access key at the start of KEY:SECRET is; -1 where there is none. Either may hold ':' (Swift's keys are ACCOUNT:USER), so the
    /// store's own keys are looked for first.
    /// </summary>
    public int KeyLengthIn(string credentials) =>
        _ownKeys.FirstOrDefault(key => credentials.StartsWith(key + ":", StringComparison.Ordinal))?.Length
            ?? credentials.IndexOf(':', StringComparison.Ordinal);

    // An access key is half of a credential: neither a receipt nor a log repeats it.
    private static string Fingerprint(string kind, string text) =>
        $"{kind}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..FingerprintCharacters]}";
}
