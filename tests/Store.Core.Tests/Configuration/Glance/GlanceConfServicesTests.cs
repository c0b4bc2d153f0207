using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.Core.Tests.Configuration.Glance;

[TestClass]
public sealed class GlanceConfServicesTests : ConfTests
{
    [TestMethod]
    public async Task Every_store_is_a_service_by_its_id()
    {
        var conf = Write("glance-api.conf", "[DEFAULT]\nenabled_backends = a:memory, b:memory\n[glance_store]\ndefault_backend = b\n[a]\n[b]\n");
        await using var services = new ServiceCollection().AddGlanceStore(stores =>
        {
            stores.AddMemory();
            stores.AddGlanceConf(conf);
        }).BuildServiceProvider();
        Assert.AreEqual("b", services.GetRequiredService<IImageStore>().Id);
        Assert.AreEqual("a", services.GetRequiredKeyedService<IImageStore>("a").Id);
    }

    [TestMethod]
    public async Task Reserved_store_is_in_no_listing_and_found_by_its_id()
    {
        var builder = new GlanceStoreBuilder();
        builder.AddMemory();
        builder.AddType(new StoreType("file", settings =>
        {
            _ = (settings.Text("Directory"), settings.Text("ThinProvisioning"));
            return new DriverRecipe([], _ => new ScriptedDriver());
        }));
        var conf = Read("[DEFAULT]\nenabled_backends = a:memory\n[glance_store]\ndefault_backend = a\n[a]\n[os_glance_staging_store]");
        await using var stores = builder.AddGlanceConf(conf).Build();
        Assert.AreEqual("a", string.Join(',', stores.All.Select(store => store.Id)));
        Assert.AreEqual("os_glance_staging_store", stores["os_glance_staging_store"].Id);
    }
}
