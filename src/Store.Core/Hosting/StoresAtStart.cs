using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace GlanceStore;

/// <summary>Makes the stores before anything else of the host starts, so that one that cannot be made is not found out by a request.</summary>
/// <remarks>Not by its constructor: hosted services are constructed before the host checks the settings, whose mistakes come first.</remarks>
internal sealed class StoresAtStart(IServiceProvider services) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _ = services.GetRequiredService<ImageStores>();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
