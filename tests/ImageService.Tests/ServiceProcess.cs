using System.Collections.Concurrent;
using System.Diagnostics;

namespace GlanceStore.ImageService.Tests;

/// <summary>The service as a process of its own.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _lines = [];

    private Task<ApiClient>? _client;

    private ServiceProcess(Process process)
    {
        _process = process;
        Reading = ReadAsync();
    }

    /// <summary>Ends when the process has said all that it says.</summary>
    public Task Reading { get; }

    public int Id => _process.Id;

    /// <summary>What it wrote so far.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Starts it.</summary>
    /// <param name="settings">Its settings, of the form <c>Name:Of:Setting=value</c>.</param>
    /// <param name="parent">A program that starts it in its place; null for none.</param>
    /// <param name="environment">What it finds in its environment beside what is there.</param>
    public static ServiceProcess Start(IEnumerable<string> settings, string? parent = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "image-service");
        var arguments = settings.Select(setting => $"--{setting}").Prepend("--urls=http://127.0.0.1:0");
        var start = new ProcessStartInfo(parent ?? program, parent is null ? arguments : arguments.Prepend(program)) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new ServiceProcess(Process.Start(start)!);
    }

    /// <summary>Starts it on what a service in this process has.</summary>
    public static ServiceProcess StartOn(RunningService service, params string[] settings) => Start(
    [
        $"ImageService:Database=sqlite:{service.At("images.db")}", "GlanceStore:Stores:fast:Type=file", $"GlanceStore:Stores:fast:Directory={service.At("fast")}",
        "ImageService:UploadLease=00:00:01", .. settings,
    ]);

    /// <summary>A client of it, once it listens.</summary>
    public Task<ApiClient> ClientAsync() => _client ??= ConnectAsync();

    /// <summary>Waits until it has written that so often.</summary>
    public async Task SaysAsync(string words, int times = 1)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (_lines.Count(line => line.Contains(words, StringComparison.Ordinal)) < times)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Asks it to stop, and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("/bin/kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync();
        await Reading;
        return _process.ExitCode;
    }

    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private async Task<ApiClient> ConnectAsync()
    {
        var http = new HttpClient { BaseAddress = await _address.Task.WaitAsync(TimeSpan.FromMinutes(3)), Timeout = TimeSpan.FromMinutes(2) };
        http.DefaultRequestHeaders.Add("Accept", "application/json");
        return new ApiClient(http);
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _lines.Enqueue(line);
            if (line.Contains("Now listening on", StringComparison.Ordinal) && line.IndexOf("http://127.0.0.1:", StringComparison.Ordinal) is >= 0 and var found)
            {
                _address.TrySetResult(new Uri(line[found..].Split('"')[0].Trim()));
            }
        }

        _address.TrySetException(new InvalidOperationException($"The service ended before it listened: {Output}"));
    }
}
