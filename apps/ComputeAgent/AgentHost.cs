using System.Net.Sockets;
using GlanceStore.ComputeAgent.Http;
using GlanceStore.ComputeAgent.Sources;
using GlanceStore.ComputeAgent.State;

namespace GlanceStore.ComputeAgent;

/// <summary>The agent and its server, as one.</summary>
internal sealed class AgentHost : IAsyncDisposable
{
    /// <summary>How it is called.</summary>
    public const string Usage =
        """
        compute-agent [--config FILE] [--NAME:OF:SETTING VALUE ...]

        Keeps images on a host of guests and hands out disks, by requests to a Unix socket, until it is told to end.
          --config   a JSON file of settings, which stands before appsettings.json beside the program; that one lists every setting
        Environment variables (ComputeAgent__Downloads) and arguments (--ComputeAgent:Downloads 4) stand before both.
        """;

    // What a request may have in its body where its route says nothing.
    private const long LargestBody = 64 << 10;

    private readonly AgentLock _lock;

    private AgentHost(WebApplication app, Agent agent, AgentPlaces places, AgentLock held) => (App, Agent, Places, _lock) = (app, agent, places, held);

    public WebApplication App { get; }

    public Agent Agent { get; }

    public AgentPlaces Places { get; }

    /// <summary>The agent, ready to run.</summary>
    /// <param name="arguments">Settings as <c>--Name:Of:Setting value</c>; <c>--config FILE</c> names a file of more.</param>
    /// <exception cref="InvalidOperationException">A setting is wrong, and the message lists all that are; or another agent has the same directory.</exception>
    public static async Task<AgentHost> BuildAsync(string[] arguments)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = arguments, ContentRootPath = AppContext.BaseDirectory });
        if (builder.Configuration["config"] is { } file)
        {
            builder.Configuration.AddJsonFile(Path.GetFullPath(file), optional: false).AddEnvironmentVariables().AddCommandLine(arguments);
        }

        // That it does not start is told in one sentence, and not with a stack trace beside it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        var options = AgentMistakes.Read(builder.Configuration);
        var places = AgentFolders.Ensure(options);
        var held = AgentLock.Take(places.Directory);
        try
        {
            AddServer(builder, options, places);
            builder.Services.AddSingleton(TimeProvider.System);
            builder.Services.AddStores(builder.Configuration);
            builder.Services.AddSources(options);
            var app = builder.Build();
            var agent = await Agent.StartAsync(app.Services, options, places);
            app.UseMiddleware<ProblemPages>();
            Routes.Map(app, agent);
            return new AgentHost(app, agent, places, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public Task RunAsync() => App.RunAsync();

    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        await App.DisposeAsync();
        _lock.Dispose();
    }

    private static void AddServer(WebApplicationBuilder builder, AgentOptions options, AgentPlaces places)
    {
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = AgentSocket.Bind);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.ListenUnixSocket(places.Socket);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopTimeout);
    }
}
