using GlanceStore.Drivers.Swift;
using GlanceStore.Drivers;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Swift stores.</summary>
public static class SwiftServiceCollectionExtensions
{
    /// <summary>Makes the type <c>swift</c> known to configurations.</summary>
    public static IGlanceStoreBuilder AddSwift(this IGlanceStoreBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddType(new StoreType("swift", settings => Recipe(SwiftDriverOptions.From(settings))));
    }

    /// <summary>Adds a Swift store.</summary>
    /// <param name="builder">What stores are added to.</param>
    /// <param name="id">The store's id.</param>
    /// <param name="configure">Its options, made from the defaults.</param>
    public static IGlanceStoreBuilder AddSwift(this IGlanceStoreBuilder builder, string id, Func<SwiftDriverOptions, SwiftDriverOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddSwift().AddStore(id, Recipe(configure(new SwiftDriverOptions())));
    }

    private static DriverRecipe Recipe(SwiftDriverOptions options) => new(options.Mistakes(), services => new SwiftDriver(options,
        (ILogger<SwiftDriver>?)services.GetService(typeof(ILogger<SwiftDriver>)), (TimeProvider?)services.GetService(typeof(TimeProvider))));
}
