using GlanceStore.Drivers.Sftp;
using GlanceStore.Drivers;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds SFTP stores.</summary>
public static class SftpServiceCollectionExtensions
{
    /// <summary>Makes the type <c>sftp</c> known to configurations.</summary>
    public static IGlanceStoreBuilder AddSftp(this IGlanceStoreBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddType(new StoreType(SftpLocations.Scheme, settings => Recipe(SftpDriverOptions.From(settings))));
    }

    /// <summary>Adds an SFTP store.</summary>
    /// <param name="builder">What stores are added to.</param>
    /// <param name="id">The store's id.</param>
    /// <param name="configure">Its options, made from the defaults; it sets server, user, directory, credentials and host key, which have none.</param>
    public static IGlanceStoreBuilder AddSftp(
        this IGlanceStoreBuilder builder, string id, Func<SftpDriverOptions, SftpDriverOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddSftp().AddStore(id, Recipe(configure(new SftpDriverOptions())));
    }

    private static DriverRecipe Recipe(SftpDriverOptions options) => new(options.Mistakes(), services => new SftpDriver(
        options,
        (ILogger<SftpDriver>?)services.GetService(typeof(ILogger<SftpDriver>)),
        (TimeProvider?)services.GetService(typeof(TimeProvider))));
}
