using GlanceStore.Drivers.File;
using GlanceStore.Drivers;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds file stores.</summary>
public static class FileServiceCollectionExtensions
{
    /// <summary>Makes the type <c>file</c> known to configurations.</summary>
    public static IGlanceStoreBuilder AddFile(this IGlanceStoreBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddType(new StoreType(FileLocation.Scheme, settings => Recipe(FileDriverOptions.From(settings))));
    }

    /// <summary>Adds a file store.</summary>
    /// <param name="builder">What stores are added to.</param>
    /// <param name="id">The store's id.</param>
    /// <param name="configure">Its options, made from the defaults; it sets a directory, which has none.</param>
    public static IGlanceStoreBuilder AddFile(
        this IGlanceStoreBuilder builder, string id, Func<FileDriverOptions, FileDriverOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddFile().AddStore(id, Recipe(configure(new FileDriverOptions())));
    }

    private static DriverRecipe Recipe(FileDriverOptions options) => new(options.Mistakes(), services =>
        new FileDriver(options, (ILogger<FileDriver>?)services.GetService(typeof(ILogger<FileDriver>))));
}
