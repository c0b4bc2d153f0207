using GlanceStore.Drivers.S3;
using GlanceStore.Drivers;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds S3 stores.</summary>
public static class S3ServiceCollectionExtensions
{
    /// <summary>Makes the type <c>s3</c> known to configurations.</summary>
    public static IGlanceStoreBuilder AddS3(this IGlanceStoreBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddType(new StoreType("s3", settings => Recipe(S3DriverOptions.From(settings))));
    }

    /// <summary>Adds an S3 store.</summary>
    /// <param name="builder">What stores are added to.</param>
    /// <param name="id">The store's id.</param>
    /// <param name="configure">Its options, made from the defaults.</param>
    public static IGlanceStoreBuilder AddS3(this IGlanceStoreBuilder builder, string id, Func<S3DriverOptions, S3DriverOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddS3().AddStore(id, Recipe(configure(new S3DriverOptions())));
    }

    private static DriverRecipe Recipe(S3DriverOptions options) => new(options.Mistakes(), services => new S3Driver(options,
        (ILogger<S3Driver>?)services.GetService(typeof(ILogger<S3Driver>)), (TimeProvider?)services.GetService(typeof(TimeProvider))));
}
