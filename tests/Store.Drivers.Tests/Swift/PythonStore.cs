using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace GlanceStore.Drivers.Swift;

/// <summary>OpenStack's own library in a process of its own, on the same container.</summary>
internal sealed class PythonStore : IAsyncDisposable
{
    /// <summary>What Debian's python3 finds it as, and what <c>GLANCESTORE_REQUIRE</c> calls it.</summary>
    public const string Tool = "glance_store";

    /// <summary>The segments it makes: "1 MB" of its options.</summary>
    public const int SegmentBytes = 1_024_000;

    private const string Interpreter = "/usr/bin/python3";

    private readonly Process _process;
    private readonly string? _references;
    private readonly SemaphoreSlim _turn = new(1);

    private PythonStore(Process process, string? references) => (_process, _references) = (process, references);

    public static string? SkipReason { get; } = Directory.Exists("/usr/lib/python3/dist-packages/glance_store") && File.Exists(Interpreter)
        ? null
        : "Debian's package python3-glance-store is not installed";

    /// <summary>Starts it.</summary>
    /// <param name="place">The store's account and container.</param>
    /// <param name="references">The file of accounts, its own from now on; null to log in by options.</param>
    public static PythonStore Start(SwiftDriverOptions place, string? references)
    {
        var start = new ProcessStartInfo(Interpreter)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "-W", "ignore", Path.Combine(AppContext.BaseDirectory, "interoperation.py"), references ?? "-", place.Container,
                place.ContainersSeed.ToString(CultureInfo.InvariantCulture) },
        };
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["AUTH_VERSION"] = place.AuthVersion == SwiftAuthVersion.TempAuth ? "1" : "3";
        start.Environment["REGION"] = place.Region;
        start.Environment["AUTH_ADDRESS"] = place.AuthAddress;
        start.Environment["AUTH_USER"] = place.User;
        start.Environment["AUTH_KEY"] = place.Key;
        foreach (var proxy in new[] { "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY" })
        {
            start.Environment.Remove(proxy);
        }

        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return new PythonStore(process, references);
    }

    public static byte[] BytesOf(int seed, int size)
    {
        var bytes = new byte[(size + 31) / 32 * 32];
        for (var i = 0; i * 32 < size; i++)
        {
            SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed} {i}")), bytes.AsSpan(i * 32));
        }

        return bytes[..size];
    }

    public Task<JsonElement> PutAsync(ImageId id, int seed, int size, bool isKnown) => AskAsync(new { verb = "put", id = id.Value, seed, size, known = isKnown });

    public Task<JsonElement> AskAsync(string verb, string uri) => AskAsync(new { verb, uri });

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _turn.Dispose();
        if (_references is not null)
        {
            File.Delete(_references);
        }
    }

    private async Task<JsonElement> AskAsync<T>(T command)
    {
        await _turn.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(command));
            await _process.StandardInput.FlushAsync();
            var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("Python ended.");
            return JsonDocument.Parse(line).RootElement.Clone();
        }
        finally
        {
            _turn.Release();
        }
    }
}
