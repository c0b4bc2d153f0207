using GlanceStore.Drivers.Memory;
using GlanceStore.Drivers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds memory stores.</summary>
public static class MemoryServiceCollectionExtensions
{
    /// <summary>Makes the type <c>memory</c> known to configurations.</summary>
    public static IGlanceStoreBuilder AddMemory(this IGlanceStoreBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddType(new StoreType("memory", settings => Recipe(MemoryDriverOptions.From(settings))));
    }

    /// <summary>Adds a memory store.</summary>
    /// <param name="builder">What stores are added to.</param>
    /// <param name="id">The store's id.</param>
    /// <param name="configure">Its options, made from the defaults; null for the defaults.</param>
    public static IGlanceStoreBuilder AddMemory(
        this IGlanceStoreBuilder builder, string id, Func<MemoryDriverOptions, MemoryDriverOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new MemoryDriverOptions();
        return builder.AddMemory().AddStore(id, Recipe(configure?.Invoke(options) ?? options));
    }

    private static DriverRecipe Recipe(MemoryDriverOptions options) => new(options.Mistakes(), _ => new MemoryDriver(options));
}
