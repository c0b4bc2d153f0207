using System.Diagnostics;
using GlanceStore.Conformance;

namespace GlanceStore.Cli.Tests;

/// <summary>A <c>serve</c> that runs, and the programs of libnbd that read it.</summary>
internal sealed class RunningServe : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Tool _tool;
    private readonly Process _process;

    private RunningServe(Tool tool, Process process, string uri) => (_tool, _process, Uri) = (tool, process, uri);

    /// <summary>The address that it printed.</summary>
    public string Uri { get; }

    public static async Task<RunningServe> StartAsync(Tool tool, params string[] arguments)
    {
        if (!File.Exists("/usr/bin/nbdcopy"))
        {
            SkippedServers.Skip("libnbd", "there is no /usr/bin/nbdcopy");
        }

        using var patience = new CancellationTokenSource(Patience);
        var process = tool.Start(["serve", .. arguments]);
        var uri = await process.StandardOutput.ReadLineAsync(patience.Token);
        Assert.IsNotNull(uri, uri is null ? await process.StandardError.ReadToEndAsync(patience.Token) : "");
        return new RunningServe(tool, process, uri);
    }

    /// <summary>Copies all of it.</summary>
    public async Task<byte[]> CopyAsync(params string[] options)
    {
        var copy = _tool.At($"{Guid.NewGuid():N}");
        var outcome = await RunAsync("nbdcopy", [.. options, Uri, copy]);
        Assert.AreEqual(0, outcome.ExitCode, outcome.Errors);
        return await File.ReadAllBytesAsync(copy);
    }

    /// <summary>Runs a script that is given the connection <c>h</c>.</summary>
    public async Task ScriptAsync(string script)
    {
        var outcome = await RunAsync("nbdsh", ["-u", Uri, "-c", script]);
        Assert.AreEqual(0, outcome.ExitCode, outcome.Errors);
    }

    public async Task<Outcome> RunAsync(string program, params string[] arguments)
    {
        // The system's own PATH: a python3 that comes first elsewhere has no libnbd.
        using var process = _tool.StartProgram("env", ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", program, .. arguments]);
        process.StandardInput.Close();
        return await Tool.EndOfAsync(process);
    }

    /// <summary>Tells it to end, as a service manager does.</summary>
    public async Task<Outcome> EndAsync()
    {
        await Tool.SignalAsync(_process, "TERM");
        return await Tool.EndOfAsync(_process);
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }
}
