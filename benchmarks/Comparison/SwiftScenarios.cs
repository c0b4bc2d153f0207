using System.Net.Sockets;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>The Swift store beside Python's and Swift's own client, all against the Swift that <c>tests/servers/swift/server start</c> has started.</summary>
internal static class SwiftScenarios
{
    private const string Config = "--config swift.json";
    private const string Ours = "glance-store";
    private const string Piped = "glance-store, from a pipe of unknown length";
    private const string Verified = "glance-store, receipt: every chunk verified";
    private const string Unverified = "glance-store, bare location: unverified";
    private const string Python = "python glance_store";
    private const string Client = "swift upload, which records no SHA-512";
    private const string Download = "swift download, which verifies the ETag";
    private const string Loop = "curl in a loop: the server's own limit";
    private const string Place = "swift+http://127.0.0.1:18080/auth/v1.0/glancestore-benchmark";
    private const string Swift = "PATH=/usr/bin:/bin /usr/bin/swift -A http://127.0.0.1:18080/auth/v1.0 -U test:tester -K testing";

    private const string Setup = """
        cat > swift.json <<'END'
        { "Stores": { "swift": { "Type": "swift", "AuthVersion": "1", "AuthAddress": "http://127.0.0.1:18080/auth/v1.0", "User": "test:tester",
          "Key": "testing", "Container": "glancestore-benchmark", "CreateContainer": "true" } } }
        END
        glance-store put image.raw --id read --replace --receipt swift-receipt.json --config swift.json > /dev/null
        """;

    public static IEnumerable<Scenario> All(Settings settings)
    {
        if (!Answers())
        {
            Console.WriteLine("Swift is left out: start its server with tests/servers/swift/server start");
            return [];
        }

        return [Put(settings.ImageBytes), Get(settings.ImageBytes)];
    }

    private static Scenario Put(long bytes) => new($"Swift put of {Size.Of(bytes)}, MD5 and SHA-512",
    [
        new(Ours, $"glance-store put image.raw --id ours --replace {Config} > /dev/null"),
        new(Piped, $"cat image.raw | glance-store put - --id ours --replace {Config} > /dev/null"),
        new(Python, "/usr/bin/python3 $BENCH/glance_store_swift.py put image.raw python"),
        new(Client, $"{Swift} upload --use-slo -S 6291456 --segment-threads 4 --object-name client glancestore-benchmark image.raw > /dev/null"),
        new(Loop, "bash $BENCH/swift_put_loop.sh image.raw"),
    ])
    {
        ImageBytes = bytes,
        Setup = Setup,
        IsPlotted = true,
        Targets =
        [
            Target.Rate(Ours, Python, 2), Target.Rate(Ours, Loop, 0.9), Target.Cpu(Ours, Python, 0.7), Target.Cpu(Ours, Client, 1), Target.Peak(Ours, 128),
            Target.Peak(Piped, 128),
        ],
        Note = "Half of Python's time, or the server's own limit: one of the first two targets is enough. The server's four processes share the two cores.",
    };

    private static Scenario Get(long bytes) => new($"Swift get of {Size.Of(bytes)}, thrown away",
    [
        new(Verified, $"glance-store get swift-receipt.json -o - {Config} > /dev/null"),
        new(Unverified, $"glance-store get {Place}/read -o - {Config} > /dev/null"),
        new(Python, "/usr/bin/python3 $BENCH/glance_store_swift.py get read"),
        new(Download, $"{Swift} download glancestore-benchmark read -o - > /dev/null"),
    ])
    {
        ImageBytes = bytes,
        Setup = Setup,
        IsPlotted = true,
        Targets = [Target.Rate(Verified, Python, 1), Target.Rate(Verified, Download, 1), Target.Cpu(Verified, Python, 0.6), Target.Peak(Verified, 128)],
    };

    /// <summary>Whether its server runs.</summary>
    public static bool Answers()
    {
        try
        {
            using var socket = new TcpClient("127.0.0.1", 18080);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
