namespace GlanceStore.ComputeAgent.Tests;

/// <summary>An agent in this process.</summary>
internal sealed class RunningAgent : IAsyncDisposable
{
    private readonly AgentHost _host;

    private RunningAgent(AgentHost host)
    {
        _host = host;
        Client = new AgentClient(host.Places.Socket);
    }

    public AgentClient Client { get; }

    public Agent Agent => _host.Agent;

    /// <summary>Starts one; settings are of the form <c>Name:Of:Setting=value</c>.</summary>
    public static async Task<RunningAgent> StartAsync(Place place, params string[] settings)
    {
        var host = await AgentHost.BuildAsync([.. place.Arguments, .. settings.Select(setting => $"--{setting}")]);
        await host.App.StartAsync();
        return new RunningAgent(host);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.App.StopAsync();
        await _host.DisposeAsync();
    }
}
