using System.Net;
using System.Net.Sockets;

namespace GlanceStore.ComputeAgent;

/// <summary>Where the agent keeps what nobody gave a place to.</summary>
internal static class AgentFolders
{
    private const string Name = "compute-agent";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>All the places, the folders of which are made, for this user alone, where they are not there.</summary>
    // The XDG base directory specification: a path that is not absolute counts as not set.
    public static AgentPlaces Ensure(AgentOptions options)
    {
        var directory = Path.GetFullPath(options.Directory ?? Path.Combine(Of("XDG_CACHE_HOME") ?? Path.Combine(Home, ".cache"), Name));
        var disks = Path.GetFullPath(options.DisksDirectory ?? Path.Combine(directory, "disks"));
        var runtime = Of("XDG_RUNTIME_DIR") is { } given ? Path.Combine(given, Name) : Path.Combine(directory, "run");
        foreach (var folder in new[] { directory, disks })
        {
            Make(folder);
        }

        if (options.Socket is null || options.Nbd is null)
        {
            Make(runtime);
        }

        return new AgentPlaces(directory, disks, Path.GetFullPath(options.Socket ?? Path.Combine(runtime, "agent.sock")),
            options.Nbd is { } nbd ? ParseNbd(nbd)! : new UnixDomainSocketEndPoint(Path.Combine(runtime, "nbd.sock")));
    }

    /// <summary>Our image service's store, where that has no configuration either.</summary>
    public static string ServiceImages => Path.Combine(Of("XDG_DATA_HOME") ?? Path.Combine(Home, ".local", "share"), "image-service", "images");

    /// <summary>Where to listen for guests; null for what is no such place.</summary>
    public static EndPoint? ParseNbd(string text) =>
        text.StartsWith("unix:", StringComparison.Ordinal) && Path.IsPathRooted(text[5..]) ? new UnixDomainSocketEndPoint(text[5..])
        : IPEndPoint.TryParse(text, out var address) && IPAddress.IsLoopback(address.Address) && text.LastIndexOf(':') > text.LastIndexOf(']') ? address
        : null;

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    private static string? Of(string variable) => Environment.GetEnvironmentVariable(variable) is { } path && Path.IsPathRooted(path) ? path : null;

    private static void Make(string folder) => Directory.CreateDirectory(folder, OwnerOnly);
}
