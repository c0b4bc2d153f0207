namespace GlanceStore.Drivers.Sftp;

/// <summary>SFTP servers other than OpenSSH, as <c>tests/servers/sftp-others/server</c> starts them.</summary>
public static class OtherServers
{
    public const string Name = "sftp-others";

    private const int FirstHabit = 10;

    private static readonly string State = Path.Combine(
        Environment.GetEnvironmentVariable("GLANCESTORE_SERVERS") is { Length: > 0 } set ? set : Path.Combine(Path.GetTempPath(), $"glancestore-servers-{SftpServer.UserId()}"),
        Name);

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Facts = new(() => SftpServer.ReadFacts(Path.Combine(State, "conf", "facts")));

    public static string? SkipReason => Facts.Value.Count > 0 ? null : "The other SFTP servers do not run; start them with tests/servers/sftp-others/server start";

    public static string Password => Facts.Value["PASSWORD"];

    /// <summary>The user of gesftpserver and of dropbear; empty where nobody could make one.</summary>
    public static string User => Facts.Value["USER"];

    public static int Port(int number) => int.Parse(Facts.Value["PORT"], System.Globalization.CultureInfo.InvariantCulture) + number;

    /// <summary>The port of the server that has a habit.</summary>
    public static int PortOf(string habit) => Port(FirstHabit + Array.FindIndex(Facts.Value["HABITS"].Split(' '), text => text.Split('=')[0] == habit));

    /// <summary>A folder that a server keeps its files in.</summary>
    public static string Data(string folder) => Path.Combine(Facts.Value["DATA"], folder);

    public static SftpDriverOptions Options(string directory, int port, string user) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        Username = user,
        Directory = directory,
        AcceptUnknownHostKey = true,
        Credentials = [new SftpCredential { Password = Password }],
    };

    public static void Require()
    {
        if (SkipReason is { } reason)
        {
            SftpServer.Skip(Name, reason);
        }
    }
}
