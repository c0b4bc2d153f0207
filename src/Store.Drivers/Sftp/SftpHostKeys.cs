using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Sftp;

/// <summary>Which key the server may have: pinned fingerprints, and what a <c>known_hosts</c> file says. Unknown is refused.</summary>
internal sealed class SftpHostKeys
{
    private const string FingerprintPrefix = "SHA256:";

    private readonly SftpDriverOptions _options;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<KnownHost> _known;
    private readonly IReadOnlyList<KnownHost> _knownByName;

    public SftpHostKeys(SftpDriverOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
        var entries = options.KnownHostsFile is { } file ? KnownHost.Read(file).ToList() : [];
        _known = [.. entries.Where(entry => entry.Names(options.Host, options.Port))];
        _knownByName = options.Port == KnownHost.StandardPort ? [] : [.. entries.Where(entry => entry.Names(options.Host, KnownHost.StandardPort))];
    }

    /// <summary>The types of the keys the file knows of the host, so that the server is asked for one of those.</summary>
    public IReadOnlyList<string> KnownTypes => [.. TypesIn(_known) is { Count: > 0 } types ? types : TypesIn(_knownByName)];

    public static bool IsFingerprint(string text) => text.StartsWith(FingerprintPrefix, StringComparison.Ordinal)
        && Base64.IsValid(Padded(text[FingerprintPrefix.Length..]), out var length) && length == SHA256.HashSizeInBytes;

    /// <summary>Why the key is refused; null where it is the server's.</summary>
    public StoreException? Refuse(byte[] key)
    {
        var fingerprint = FingerprintPrefix + Convert.ToBase64String(SHA256.HashData(key)).TrimEnd('=');
        if (_known.Concat(_knownByName).Any(entry => entry.IsRevoked && IsOf(entry, key)))
        {
            return Refused($"a key that was revoked, {fingerprint}");
        }

        if (IsKnown(key) || _options.HostKeyFingerprints.Any(pinned => pinned.TrimEnd('=') == fingerprint))
        {
            return null;
        }

        if (_options.HostKeyFingerprints.Count > 0 || _known.Any(entry => !entry.IsRevoked))
        {
            return Refused($"the key {fingerprint}, and it is known by another: it was changed, or somebody is in between");
        }

        if (!_options.AcceptUnknownHostKey)
        {
            return Refused($"the key {fingerprint}, which is not known: add it to 'HostKeyFingerprints' if it is the server's");
        }

        SftpLog.UnknownKeyAccepted(_logger, _options.Host, fingerprint);
        return null;
    }

    // As OpenSSH looks it up: by name and port, and by the name alone where that tells no key of this type.
    private bool IsKnown(byte[] key) => _known.Any(entry => IsOf(entry, key))
        || (!TypesIn(_known).Contains(TypeOf(key)) && _knownByName.Any(entry => IsOf(entry, key)));

    private static bool IsOf(KnownHost entry, byte[] key) => entry.Key.AsSpan().SequenceEqual(key);

    private static List<string> TypesIn(IEnumerable<KnownHost> entries) =>
        [.. entries.Where(entry => !entry.IsRevoked).Select(entry => entry.Type).Distinct()];

    // A key begins with the length of its type's name, in four bytes, and the name (RFC 4253, 6.6).
    private static string TypeOf(ReadOnlySpan<byte> key) =>
        key.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(key) is var length && length <= key.Length - 4
            ? Encoding.ASCII.GetString(key.Slice(4, (int)length))
            : "";

    private StoreException Refused(string why) =>
        new(StoreError.Unavailable, $"The server {_options.Host}:{_options.Port} is not trusted, because it has {why}.");

    private static string Padded(string base64) => base64.TrimEnd('=').PadRight((base64.TrimEnd('=').Length + 3) / 4 * 4, '=');
}
