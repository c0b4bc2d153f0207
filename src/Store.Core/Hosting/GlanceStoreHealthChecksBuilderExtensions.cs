using GlanceStore.Drivers;
using GlanceStore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the check of all stores to the health checks of a process.</summary>
public static class GlanceStoreHealthChecksBuilderExtensions
{
    /// <summary>Adds a <see cref="StoreHealthCheck"/> of the stores that <c>AddGlanceStore</c> added.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The check's name; <c>glance_store</c> by default.</param>
    /// <param name="failureStatus">The result where a store cannot be read; null for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">The check's tags; null for none.</param>
    public static IHealthChecksBuilder AddGlanceStore(
        this IHealthChecksBuilder builder, string name = "glance_store", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name, provider => new StoreHealthCheck(provider.GetRequiredService<ImageStores>()), failureStatus, tags));
    }
}
