using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Sftp;

/// <summary>Which key the server may have: pinned fingerprints, and what a <c>known_hosts</c> file says. Unknown is refused.</summary>
internal sealed class SftpHostKeys
{
    private const string FingerprintPrefix = "SHA256:";

    private readonly SftpDriverOptions _options;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<KnownHost> _known;

    public SftpHostKeys(SftpDriverOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _known = options.KnownHostsFile is { } file ? [.. KnownHost.Read(file).Where(entry => entry.Names(options.Host, options.Port))] : [];
    }

    /// <summary>The types of the keys the file knows of the host, so that the server is asked for one of those.</summary>
    public IReadOnlyList<string> KnownTypes => [.. _known.Where(entry => !entry.IsRevoked).Select(entry => entry.Type).Distinct()];

    public static bool IsFingerprint(string text) => text.StartsWith(FingerprintPrefix, StringComparison.Ordinal)
        && Base64.IsValid(Padded(text[FingerprintPrefix.Length..]), out var length) && length == SHA256.HashSizeInBytes;

    /// <summary>Why the key is refused; null where it is the server's.</summary>
    public StoreException? Refuse(byte[] key)
    {
        var fingerprint = FingerprintPrefix + Convert.ToBase64String(SHA256.HashData(key)).TrimEnd('=');
        var of = _known.Where(entry => entry.Key.AsSpan().SequenceEqual(key)).ToList();
        if (of.Any(entry => entry.IsRevoked))
        {
            return Refused($"a key that was revoked, {fingerprint}");
        }

        if (of.Count > 0 || _options.HostKeyFingerprints.Any(pinned => pinned.TrimEnd('=') == fingerprint))
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

    private StoreException Refused(string why) =>
        new(StoreError.Unavailable, $"The server {_options.Host}:{_options.Port} is not trusted, because it has {why}.");

    private static string Padded(string base64) => base64.TrimEnd('=').PadRight((base64.TrimEnd('=').Length + 3) / 4 * 4, '=');
}
