namespace GlanceStore.Drivers.Sftp;

/// <summary>OpenSSH as <c>tests/servers/sftp/server</c> starts it: what it wrote down of itself.</summary>
public static class SftpServer
{
    private static readonly string State = Path.Combine(
        Environment.GetEnvironmentVariable("GLANCESTORE_SERVERS") is { Length: > 0 } set ? set : Path.Combine(Path.GetTempPath(), $"glancestore-servers-{UserId()}"),
        "sftp");

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Facts = new(() => ReadFacts(Conf("facts")));

    public static string? SkipReason => Facts.Value.Count > 0 ? null : "OpenSSH does not run; start it with tests/servers/sftp/server start";

    public static int Port => int.Parse(Facts.Value["PORT"], System.Globalization.CultureInfo.InvariantCulture);

    public static int ChrootedPort => Port + 1;

    /// <summary>The port of the server without posix-rename.</summary>
    public static int PlainPort => Port + 2;

    /// <summary>The port of the daemon whose sessions may be killed.</summary>
    public static int FrailPort => Port + 3;

    public static string User => Facts.Value["USER"];

    public static string Password => Facts.Value["PASSWORD"];

    /// <summary>Where images may be kept.</summary>
    public static string Data => Facts.Value["DATA"];

    /// <summary>The folder that is the root of the chrooted server; empty where there is none.</summary>
    public static string Chroot => Facts.Value.GetValueOrDefault("CHROOT", "");

    /// <summary>A file system of 8 MiB; empty where there is none.</summary>
    public static string Full => Facts.Value["FULL"];

    public static string KnownHosts => Conf("known_hosts");

    public static SftpDriverOptions Options(string directory, int? port = null) => new()
    {
        Host = "127.0.0.1",
        Port = port ?? Port,
        Username = User,
        Directory = directory,
        KnownHostsFile = KnownHosts,
        Credentials = [Key("client")],
        MaxConnections = 2,
    };

    public static SftpCredential Key(string name, string? passphrase = null) => new() { PrivateKeyFile = Conf(name), Passphrase = passphrase };

    public static string Conf(string name) => Path.Combine(State, "conf", name);

    /// <summary>The process of the daemon on <see cref="FrailPort"/>.</summary>
    public static int FrailProcess => int.Parse(
        File.ReadAllText(Path.Combine(State, "run", "frail.pid")).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Skips a test, or fails it where the server is required.</summary>
    public static void Require()
    {
        if (SkipReason is { } reason)
        {
            Skip("sftp", reason);
        }
    }

    public static void Skip(string name, string reason)
    {
        var required = Environment.GetEnvironmentVariable("GLANCESTORE_REQUIRE")?.Split(',') ?? [];
        if (required.Contains(name))
        {
            Assert.Fail(reason);
        }

        Assert.Inconclusive(reason);
    }

    internal static Dictionary<string, string> ReadFacts(string file) => File.Exists(file)
        ? File.ReadAllLines(file).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1])
        : [];

    internal static string UserId() => File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
}
