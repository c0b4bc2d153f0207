using System.Diagnostics;

namespace GlanceStore.Drivers.Rbd;

/// <summary>Ceph as <c>tests/servers/ceph/server</c> starts it: its files, and its own tools.</summary>
internal static partial class CephServer
{
    public const string Pool = "images";

    private static string State => Path.Combine(
        Environment.GetEnvironmentVariable("GLANCESTORE_SERVERS") is { Length: > 0 } set ? set : Path.Combine(Path.GetTempPath(), $"glancestore-servers-{UserId()}"),
        "ceph");

    /// <summary>The file of clients.</summary>
    public static string Conf => Path.Combine(State, "client", "ceph.conf");

    /// <summary>The same for clients whose images have no features but layering. Its name is that of the cluster.</summary>
    public static string LayeringConf => Path.Combine(State, "client", "layering", "ceph.conf");

    /// <summary>Makes a pool beside that of the images, where it is not there yet.</summary>
    public static void MakePool(string name)
    {
        Ceph("osd", "pool", "create", name);
        Ceph("osd", "pool", "application", "enable", name, "rbd");
    }

    /// <summary>Runs the tool of Ceph's block devices as the administrator, and returns what it wrote.</summary>
    public static byte[] Rbd(params string[] arguments) => Run("rbd", ["--conf", Conf, "--id", "admin", .. arguments]);

    /// <summary>Runs the tool of the cluster as the administrator, and returns what it wrote.</summary>
    public static byte[] Ceph(params string[] arguments) => Run("ceph", ["--conf", Conf, "--id", "admin", .. arguments]);

    /// <summary>Runs a tool, and returns what it wrote.</summary>
    public static byte[] Run(string tool, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var output = new MemoryStream();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, $"{tool} {string.Join(' ', arguments)}: {errors.Result}");
        return output.ToArray();
    }

    private static string UserId() => System.IO.File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
}
