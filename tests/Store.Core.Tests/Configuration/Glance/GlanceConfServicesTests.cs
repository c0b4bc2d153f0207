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
    public void A_service_finds_its_own_options_in_the_file_of_its_stores()
    {
        var conf = Read("""
            [DEFAULT]
            enabled_backends = a:memory
            host = keystone.example.org
            [glance_store]
            default_backend = a
            [keystone_authtoken]
            auth_url = http://$host:5000
            auth_url = https://${host}:5000
            password = pa$word
            loop = $loop
            """);
        Assert.AreEqual(new GlanceConfOption("keystone_authtoken", "auth_url", "https://keystone.example.org:5000", At("glance-api.conf"), 8), conf.Find("Keystone_authtoken", "auth_url"));
        Assert.DoesNotContain("5000", conf.Find("keystone_authtoken", "auth_url")!.ToString());
        Assert.IsNull(conf.Find("keystone_authtoken", "username"));
        Assert.IsNull(conf.Find("nothing", "username"));
        foreach (var name in new[] { "password", "loop" })
        {
            var error = Assert.ThrowsExactly<FormatException>(() => conf.Find("keystone_authtoken", name));
            Assert.Contains($"'{name}'", error.Message);
            Assert.DoesNotContain("pa$word", error.Message);
        }
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
