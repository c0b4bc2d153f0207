using GlanceStore.Drivers.Rbd;
using GlanceStore.Drivers;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds RBD stores.</summary>
public static class RbdServiceCollectionExtensions
{
    /// <summary>Makes the type <c>rbd</c> known to configurations.</summary>
    public static IGlanceStoreBuilder AddRbd(this IGlanceStoreBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddType(new StoreType(RbdLocations.Scheme, settings => Recipe(RbdDriverOptions.From(settings))));
    }

    /// <summary>Adds an RBD store.</summary>
    /// <param name="builder">What stores are added to.</param>
    /// <param name="id">The store's id.</param>
    /// <param name="configure">Its options, made from the defaults; null for these.</param>
    public static IGlanceStoreBuilder AddRbd(
        this IGlanceStoreBuilder builder, string id, Func<RbdDriverOptions, RbdDriverOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new RbdDriverOptions();
        return builder.AddRbd().AddStore(id, Recipe(configure?.Invoke(options) ?? options));
    }

    private static DriverRecipe Recipe(RbdDriverOptions options) => new(options.Mistakes(), services => new RbdDriver(
        options,
        (ILogger<RbdDriver>?)services.GetService(typeof(ILogger<RbdDriver>)),
        (TimeProvider?)services.GetService(typeof(TimeProvider))));
}
