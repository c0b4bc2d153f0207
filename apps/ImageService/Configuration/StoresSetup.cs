using GlanceStore.Drivers;

namespace GlanceStore.ImageService;

/// <summary>The stores: those of the configuration, those of an operator's <c>glance-api.conf</c>, or one of files in the data folder.</summary>
internal static class StoresSetup
{
    public static void AddStores(this IServiceCollection services, IConfiguration configuration, ServiceOptions options)
    {
        var section = configuration.GetSection("GlanceStore");
        if (section.Exists())
        {
            services.AddGlanceStore(section, AddDrivers);
            return;
        }

        services.AddGlanceStore(stores =>
        {
            AddDrivers(stores);
            if (options.GlanceConf is { } conf)
            {
                stores.AddGlanceConf(conf);
            }
            else
            {
                stores.AddFile("local", file => file with { Directory = Path.Combine(DataFolder.Ensure(), "images") });
                stores.AddFile("staging", file => file with { Directory = Path.Combine(DataFolder.Ensure(), "staging") });
                stores.ConfigureStore("staging", store => store with { Reserved = true });
                stores.DefaultStore = "local";
            }
        });
    }

    private static void AddDrivers(IGlanceStoreBuilder stores) =>
        stores.AddAzure().AddFile().AddHttp().AddRbd().AddS3().AddSftp().AddSwift();
}
