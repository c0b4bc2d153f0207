using GlanceStore.Drivers.Azure;
using GlanceStore.Drivers;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Azure stores.</summary>
public static class AzureServiceCollectionExtensions
{
    /// <summary>Makes the type <c>azure</c> known to configurations.</summary>
    public static IGlanceStoreBuilder AddAzure(this IGlanceStoreBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddType(new StoreType("azure", settings => Recipe(AzureDriverOptions.From(settings))));
    }

    /// <summary>Adds an Azure store.</summary>
    /// <param name="builder">What stores are added to.</param>
    /// <param name="id">The store's id.</param>
    /// <param name="configure">Its options, made from the defaults.</param>
    public static IGlanceStoreBuilder AddAzure(this IGlanceStoreBuilder builder, string id, Func<AzureDriverOptions, AzureDriverOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddAzure().AddStore(id, Recipe(configure(new AzureDriverOptions())));
    }

    private static DriverRecipe Recipe(AzureDriverOptions options) => new(options.Mistakes(), services => new AzureDriver(options,
        (ILogger<AzureDriver>?)services.GetService(typeof(ILogger<AzureDriver>)), (TimeProvider?)services.GetService(typeof(TimeProvider))));
}
