using GlanceStore.Drivers;
using GlanceStore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the stores of a process to its services.</summary>
/// <remarks>
/// Registered, as singletons: <see cref="ImageStores"/>; <see cref="IImageStore"/>, the default store; <see cref="IImageStore"/> by the id of
/// each store as its key; <see cref="TransferBudget"/>. The settings are checked and the stores made when the host starts, or where there is
/// no host when one of these is first resolved: a <see cref="StoreException"/> with <see cref="StoreError.InvalidConfiguration"/> lists every
/// mistake; a host that starts throws its own <see cref="OptionsValidationException"/> instead, which lists the same. A store whose settings are
/// right and that cannot be made all the same is down (<see cref="ImageStores.Down"/>), and resolving it by its id says why; the others are
/// served, and only where all are down the host does not start.
/// Dispose the container with <c>DisposeAsync</c> where you can: <c>Dispose</c> blocks a thread until the last transfer has let go.
/// </remarks>
public static class GlanceStoreServiceCollectionExtensions
{
    /// <summary>Adds stores from code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Adds the stores: <c>b => b.AddFile("fast", o => o with { … })</c>.</param>
    /// <exception cref="InvalidOperationException">The stores were added before: all are added in one call.</exception>
    public static IServiceCollection AddGlanceStore(this IServiceCollection services, Action<GlanceStoreBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        if (services.Any(service => service.ServiceType == typeof(ImageStores)))
        {
            throw new InvalidOperationException("AddGlanceStore was called before; add all stores in one call.");
        }

        var builder = new GlanceStoreBuilder();
        configure(builder);
        services.AddOptions<StorePlan>().Configure(builder.Fill).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorePlan>, StorePlanValidation>();
        services.AddSingleton(provider => new TransferBudget(PlanOf(provider).MaxBufferBytes));
        services.AddSingleton(provider => PlanOf(provider).Build(provider, provider.GetRequiredService<TransferBudget>()));
        services.AddSingleton(provider => provider.GetRequiredService<ImageStores>().Default);
        services.AddSingleton<IHostedService>(provider => new StoresAtStart(provider));
        foreach (var id in builder.Ids)
        {
            services.AddKeyedSingleton(id, (provider, _) => provider.GetRequiredService<ImageStores>()[id]);
        }

        return services;
    }

    /// <summary>Adds the stores of a configuration section.</summary>
    /// <remarks>
    /// <list type="table">
    /// <listheader><term>Setting</term><description>Meaning, unit, default</description></listheader>
    /// <item><term><c>DefaultStore</c></term><description>The id of the default store; needed where there are several.</description></item>
    /// <item><term><c>MaxBufferBytes</c></term><description>The most bytes of image content in memory, in all transfers of the process
    /// together, at least 65536; 50331648 (48 MiB).</description></item>
    /// <item><term><c>Stores:ID:Type</c></term><description>The kind of driver: <c>file</c>, <c>s3</c>, …; needed.</description></item>
    /// <item><term><c>Stores:ID:Description</c></term><description>What the operator calls the store; nothing.</description></item>
    /// <item><term><c>Stores:ID:Weight</c></term><description>A whole number; the heavier of several stores is read first; 0.</description></item>
    /// <item><term><c>Stores:ID:ReadOnly</c></term><description>Whether the store takes and deletes no images; false.</description></item>
    /// <item><term><c>Stores:ID:Reserved</c></term><description>Whether the store is kept out of listings and only its id leads to it;
    /// false.</description></item>
    /// <item><term><c>Stores:ID:ChunkBytes</c></term><description>The length of a chunk in bytes, from 4096 to 2147483647; what the driver
    /// prefers.</description></item>
    /// <item><term><c>Stores:ID:Parallelism</c></term><description>How many chunks of a transfer are under way at once, from 1 to 64;
    /// 4.</description></item>
    /// <item><term><c>Stores:ID:MaxAttempts</c></term><description>How often a failing step is tried in all, from 1 to 100; 5.</description></item>
    /// <item><term><c>Stores:ID:RetryDelay</c></term><description>The pause before the second attempt, <c>hh:mm:ss</c> or seconds; 0.2 s.</description></item>
    /// <item><term><c>Stores:ID:StallTimeout</c></term><description>How long the backend may be silent, <c>hh:mm:ss</c> or seconds; 60 s.</description></item>
    /// <item><term><c>Stores:ID:FailoverPause</c></term><description>How long a store that failed is passed over by reads that have another one,
    /// <c>hh:mm:ss</c> or seconds; 30 s.</description></item>
    /// <item><term>any other</term><description>The driver's own; see its README.</description></item>
    /// </list>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, usually <c>configuration.GetSection("GlanceStore")</c>.</param>
    /// <param name="configure">Makes the drivers known that the section names: <c>b => b.AddFile()</c>; may add stores as well.</param>
    /// <exception cref="InvalidOperationException">The stores were added before: all are added in one call.</exception>
    public static IServiceCollection AddGlanceStore(
        this IServiceCollection services, IConfiguration section, Action<GlanceStoreBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddGlanceStore(builder =>
        {
            configure(builder);
            builder.AddConfiguration(section);
        });
    }

    // A host reports the options framework's own error at its start; whoever resolves without one gets the library's.
    private static StorePlan PlanOf(IServiceProvider provider)
    {
        try
        {
            return provider.GetRequiredService<IOptions<StorePlan>>().Value;
        }
        catch (OptionsValidationException e)
        {
            throw StorePlan.FaultOf(e.Failures, e);
        }
    }

    private sealed class StorePlanValidation : IValidateOptions<StorePlan>
    {
        public ValidateOptionsResult Validate(string? name, StorePlan options) =>
            options.Mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(options.Mistakes);
    }
}
