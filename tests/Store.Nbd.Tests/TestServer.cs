using System.Net.Sockets;

namespace GlanceStore.Nbd.Tests;

/// <summary>A server at a Unix socket in a folder of its own, with what the test wants of it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("glance-nbd-");

    public TestServer(IReadOnlyList<NbdExport> exports, Func<NbdServerOptions, NbdServerOptions>? adjust = null)
    {
        var options = new NbdServerOptions { EndPoint = new UnixDomainSocketEndPoint(Socket), Exports = exports, Logger = Log };
        Server = NbdServer.Start(adjust is null ? options : adjust(options));
    }

    public RecordingLogger Log { get; } = new();

    public NbdServer Server { get; }

    public string Socket => At("nbd");

    public string At(string name) => Path.Combine(_folder.FullName, name);

    public string Uri(string export = "") => Server.UriOf(export);

    public static TestServer Of(params NbdExport[] exports) => new(exports);

    /// <summary>Bytes that look random, with zeros in every other MiB.</summary>
    public static byte[] Disk(int length)
    {
        var bytes = new byte[length];
        var random = new Random(length);
        for (var at = 0; at < length; at += 2 << 20)
        {
            random.NextBytes(bytes.AsSpan(at, Math.Min(1 << 20, length - at)));
        }

        return bytes;
    }

    /// <summary>Compares bytes without printing millions of them.</summary>
    public static void Same(byte[] expected, byte[] actual, string? of = null) => Assert.IsTrue(expected.AsSpan().SequenceEqual(actual), of);

    /// <summary>Waits for what the server does in its own time.</summary>
    public static async Task UntilAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!isSo())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
