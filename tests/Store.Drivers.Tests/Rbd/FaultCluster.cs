using System.Diagnostics;
using System.Globalization;
using GlanceStore.Conformance;
using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>A cluster of the tests' own, whose pools are filled and whose daemons are stopped and killed. One test at a time has it.</summary>
[TestClass]
public static class FaultCluster
{
    private const int FirstPort = 18940;
    private const int Ports = 50;

    private static readonly string Root = FindRoot();
    private static readonly string State = Path.Combine(Path.GetTempPath(), $"glancestore-faults-{Environment.ProcessId}");
    private static readonly Lazy<bool> Started = new(Start);

    /// <summary>The file of clients.</summary>
    public static string Conf { get; } = Path.Combine(State, "ceph", "client", "ceph.conf");

    /// <summary>Options for the administrator's own user, who may do everything everywhere.</summary>
    internal static RbdDriverOptions Options(string pool = CephServer.Pool) => new() { Pool = pool, User = "admin", CephConf = Conf };

    /// <summary>Starts it, or skips the test.</summary>
    public static void Require()
    {
        if (CephServer.SkipReason is { } reason)
        {
            SkippedServers.Skip("ceph", reason);
        }

        Assert.IsTrue(Started.Value);
    }

    /// <summary>Stops it, where it was started.</summary>
    [AssemblyCleanup]
    public static void Stop()
    {
        if (Started.IsValueCreated)
        {
            Server("stop");
            Directory.Delete(State, recursive: true);
        }
    }

    /// <summary>Asks its monitor as the administrator.</summary>
    public static string Ceph(params string[] arguments) =>
        System.Text.Encoding.UTF8.GetString(CephServer.Run("ceph", ["--conf", Conf, "--id", "admin", "--connect-timeout", "30", .. arguments]));

    /// <summary>Makes a pool.</summary>
    public static string NewPool()
    {
        var name = $"pool-{Guid.NewGuid():N}";
        Ceph("osd", "pool", "create", name);
        Ceph("osd", "pool", "application", "enable", name, "rbd");
        return name;
    }

    /// <summary>Makes a user, whose key is where those of the others are.</summary>
    public static string NewUser(string mon, string osd)
    {
        var name = $"user-{Guid.NewGuid():N}";
        Ceph("auth", "get-or-create", $"client.{name}", "mon", mon, "osd", osd, "-o", Path.Combine(Path.GetDirectoryName(Conf)!, $"ceph.client.{name}.keyring"));
        return name;
    }

    /// <summary>The monitor or the OSD does nothing until this is disposed.</summary>
    public static Pause Stand(string daemon) => new(daemon);

    public static void Kill(string daemon) => Server("kill", daemon);

    public static void Revive(string daemon) => Server("revive", daemon);

    /// <summary>Cuts every connection that this process has to its daemons; how many there were.</summary>
    public static int Cut()
    {
        const int BothWays = 2;
        var sockets = SocketsToDaemons().ToHashSet();
        return new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos()
            .Where(file => file.LinkTarget is { } target && sockets.Contains(target))
            .Count(file => TestCalls.ShutDown(int.Parse(file.Name, CultureInfo.InvariantCulture), BothWays) == 0);
    }

    // As the links of a process name them. A line of the list has the address of the other side in its third field, and the socket in its tenth.
    private static IEnumerable<string> SocketsToDaemons() =>
        from line in File.ReadLines("/proc/self/net/tcp").Skip(1)
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where int.Parse(fields[2].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) - FirstPort is > 0 and <= Ports
        select $"socket:[{fields[9]}]";

    private static void Signal(int signal, string daemon) => Assert.AreEqual(0, TestCalls.Kill(ProcessIdOf(daemon), signal), daemon);

    private static int ProcessIdOf(string daemon) =>
        int.Parse(File.ReadAllText(Path.Combine(State, "ceph", "run", $"{daemon}.pid")).Split(' ')[0], CultureInfo.InvariantCulture);

    private static bool Start()
    {
        Directory.CreateDirectory(State);
        Server("start");
        return true;
    }

    private static void Server(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Root, "tests", "servers", "ceph", "server"), arguments);
        start.Environment["GLANCESTORE_SERVERS"] = State;
        start.Environment["GLANCESTORE_CEPH_PORT"] = FirstPort.ToString(CultureInfo.InvariantCulture);
        start.Environment["GLANCESTORE_CEPH_RGW"] = "0";
        start.Environment["GLANCESTORE_CEPH_STORE"] = "bluestore";
        using var process = Process.Start(start)!;
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, string.Join(' ', arguments));
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "GlanceStore.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("The tests do not run within the repository.");
        }

        return directory.FullName;
    }

    /// <summary>A daemon that stands still.</summary>
    public sealed class Pause : IDisposable
    {
        private const int StopSignal = 19;
        private const int ContinueSignal = 18;

        private readonly string _daemon;

        internal Pause(string daemon)
        {
            _daemon = daemon;
            Signal(StopSignal, daemon);
        }

        public void Dispose() => Signal(ContinueSignal, _daemon);
    }
}
