using GlanceStore.Drivers;

namespace GlanceStore.ComputeAgent;

/// <summary>The stores that images are read from: those of the configuration, else the one of our image service where that has none either.</summary>
internal static class StoresSetup
{
    public static void AddStores(this IServiceCollection services, IConfiguration configuration)
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
            stores.AddFile("local", file => file with { Directory = AgentFolders.ServiceImages });
            stores.ConfigureStore("local", store => store with { ReadOnly = true });
            stores.DefaultStore = "local";
        });
    }

    private static void AddDrivers(IGlanceStoreBuilder stores) =>
        stores.AddAzure().AddFile().AddHttp().AddRbd().AddS3().AddSftp().AddSwift();
}
