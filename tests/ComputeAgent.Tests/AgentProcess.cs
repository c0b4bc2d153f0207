using System.Diagnostics;
using System.Net.Sockets;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>An agent that is a process of its own, and can be killed.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string>[] _said;

    private AgentProcess(Process process, string socket)
    {
        (_process, _said) = (process, [process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()]);
        Client = new AgentClient(socket);
    }

    public AgentClient Client { get; }

    /// <summary>Starts one, and waits until it answers.</summary>
    public static async Task<AgentProcess> StartAsync(string socket, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "compute-agent"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var agent = new AgentProcess(process, socket);
        while (!await agent.IsUpAsync())
        {
            Assert.IsFalse(process.HasExited, process.HasExited ? await agent.SaidAsync() : "");
            await Task.Delay(20);
        }

        return agent;
    }

    /// <summary>All that it said, which is known once it has ended.</summary>
    public async Task<string> SaidAsync() => string.Concat(await Task.WhenAll(_said));

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Ends it as systemd does.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync();
        Assert.AreEqual(0, _process.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private async Task<bool> IsUpAsync()
    {
        try
        {
            await Client.GetAsync("/health");
            return true;
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException)
        {
            return false;
        }
    }
}
