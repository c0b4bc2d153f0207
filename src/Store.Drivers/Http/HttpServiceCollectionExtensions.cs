using GlanceStore.Drivers.Http;
using GlanceStore.Drivers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds HTTP stores.</summary>
public static class HttpServiceCollectionExtensions
{
    /// <summary>Makes the type <c>http</c> known to configurations.</summary>
    public static IGlanceStoreBuilder AddHttp(this IGlanceStoreBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddType(new StoreType("http", settings => Recipe(HttpDriverOptions.From(settings))));
    }

    /// <summary>Adds an HTTP store.</summary>
    /// <param name="builder">What stores are added to.</param>
    /// <param name="id">The store's id.</param>
    /// <param name="configure">Its options, made from the defaults; null for the defaults.</param>
    public static IGlanceStoreBuilder AddHttp(
        this IGlanceStoreBuilder builder, string id, Func<HttpDriverOptions, HttpDriverOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new HttpDriverOptions();
        return builder.AddHttp().AddStore(id, Recipe(configure?.Invoke(options) ?? options));
    }

    private static DriverRecipe Recipe(HttpDriverOptions options) => new(options.Mistakes(), _ => new HttpDriver(options));
}
