namespace GlanceStore.Drivers.Sftp;

public sealed partial record SftpDriverOptions
{
    internal static SftpDriverOptions From(DriverSettings settings)
    {
        var defaults = new SftpDriverOptions();
        return new SftpDriverOptions
        {
            Host = settings.Text(nameof(Host)) ?? defaults.Host,
            Port = (int)settings.Number(nameof(Port), defaults.Port, 1, 65535),
            Username = settings.Text(nameof(Username)) ?? defaults.Username,
            Directory = settings.Text(nameof(Directory)) ?? defaults.Directory,
            Credentials = CredentialsIn(settings),
            HostKeyFingerprints = settings.List(nameof(HostKeyFingerprints)),
            KnownHostsFile = settings.Path(nameof(KnownHostsFile)),
            AcceptUnknownHostKey = settings.Flag(nameof(AcceptUnknownHostKey), defaults.AcceptUnknownHostKey),
            MaxConnections = (int)settings.Number(nameof(MaxConnections), defaults.MaxConnections, 1, 100),
            MaxRequests = (int)settings.Number(nameof(MaxRequests), defaults.MaxRequests, 1, SftpConnection.MaxRequests),
            ConnectTimeout = settings.Span(nameof(ConnectTimeout), defaults.ConnectTimeout),
            KeepAlive = settings.Span(nameof(KeepAlive), defaults.KeepAlive),
            FileMode = ModeIn(settings),
        };
    }

    // The entries of the list; before them what stands beside it, which is all that the usual store needs.
    private static SftpCredential[] CredentialsIn(DriverSettings settings) =>
    [
        .. KeyAndPassword(settings, ""),
        .. settings.Children(nameof(Credentials)).SelectMany(child => KeyAndPassword(settings, $"{nameof(Credentials)}:{child}:")),
    ];

    private static IEnumerable<SftpCredential> KeyAndPassword(DriverSettings settings, string prefix)
    {
        var password = Filled(settings, prefix + nameof(SftpCredential.Password));
        var key = new SftpCredential
        {
            PrivateKeyFile = settings.Path(prefix + nameof(SftpCredential.PrivateKeyFile)),
            Passphrase = Filled(settings, prefix + nameof(SftpCredential.Passphrase)),
            CertificateFile = settings.Path(prefix + nameof(SftpCredential.CertificateFile)),
        };
        if (key != new SftpCredential())
        {
            yield return key;
        }

        if (password is not null)
        {
            yield return new SftpCredential { Password = password };
        }
    }

    private static UnixFileMode? ModeIn(DriverSettings settings) =>
        settings.Parse<Mode>(nameof(FileMode), default,
            text => ParseMode(text) is { } mode ? new Mode(mode) : null, "a mode in octal digits, such as 640").Value;

    private static UnixFileMode? ParseMode(string digits) =>
        digits.Length is 3 or 4 && digits.All(digit => digit is >= '0' and <= '7') && (digits.Length == 3 || digits[0] == '0')
            ? (UnixFileMode)digits.Aggregate(0, (value, digit) => (value << 3) + (digit - '0'))
            : null;

    private static string? Filled(DriverSettings settings, string name) => settings.Text(name) is { Length: > 0 } text ? text : null;

    private readonly record struct Mode(UnixFileMode? Value);
}
