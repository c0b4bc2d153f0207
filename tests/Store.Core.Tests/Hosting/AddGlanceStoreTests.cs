using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace GlanceStore.Core.Tests.Hosting;

[TestClass]
public sealed class AddGlanceStoreTests
{
    [TestMethod]
    public async Task Stores_are_resolved_as_the_default_by_id_and_all_together()
    {
        await using var provider = new ServiceCollection()
            .AddGlanceStore(stores =>
            {
                stores.AddMemory("fast").AddMemory("cold");
                stores.DefaultStore = "cold";
            })
            .BuildServiceProvider(validateScopes: true);
        var all = provider.GetRequiredService<ImageStores>();
        Assert.AreSame(all["cold"], provider.GetRequiredService<IImageStore>());
        Assert.AreSame(all["fast"], provider.GetRequiredKeyedService<IImageStore>("fast"));
        Assert.HasCount(2, provider.GetKeyedServices<IImageStore>(KeyedService.AnyKey).ToArray());
    }

    [TestMethod]
    public async Task Stores_of_a_configuration_are_resolved_by_id_and_the_budget_is_the_configured_one()
    {
        await using var provider = new ServiceCollection()
            .AddGlanceStore(Section(("MaxBufferBytes", "2097152"), ("Stores:a:Type", "memory")), stores => stores.AddMemory())
            .BuildServiceProvider();
        Assert.AreEqual("a", provider.GetRequiredKeyedService<IImageStore>("a").Id);
        Assert.AreEqual(2097152, provider.GetRequiredService<TransferBudget>().Bytes);
    }

    [TestMethod]
    public async Task A_store_resolved_from_a_container_stores_images()
    {
        await using var provider = new ServiceCollection().AddGlanceStore(stores => stores.AddMemory("a")).BuildServiceProvider();
        var store = provider.GetRequiredService<IImageStore>();
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream([1, 2, 3]));
        Assert.AreEqual(3, (await store.FindAsync(receipt.Location))?.Size);
    }

    [TestMethod]
    public async Task A_host_with_mistakes_does_not_start_and_lists_them()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddGlanceStore(Section(("Stores:a:Type", "tape"), ("Stores:b:Colour", "red")), stores => stores.AddMemory());
        using var host = builder.Build();
        var error = await Assert.ThrowsExactlyAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.HasCount(3, error.Failures.ToArray());
        Assert.Contains("'tape'", error.Message);
    }

    [TestMethod]
    public async Task A_host_without_mistakes_starts_and_ends()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddGlanceStore(stores => stores.AddMemory("a"));
        using var host = builder.Build();
        await host.StartAsync();
        Assert.AreEqual("a", host.Services.GetRequiredService<IImageStore>().Id);
        await host.StopAsync();
    }

    [TestMethod]
    public async Task A_host_none_of_whose_stores_can_be_made_does_not_start_and_names_each()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddGlanceStore(stores =>
        {
            stores.AddStore("a", Unusable("a")).AddStore("b", Unusable("b"));
            stores.DefaultStore = "a";
        });
        using var host = builder.Build();
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => host.StartAsync());
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        Assert.AreEqual("The store 'a': The directory a is full. The store 'b': The directory b is full.", error.Message);

        static DriverRecipe Unusable(string name) =>
            new([], _ => throw new StoreException(StoreError.InvalidConfiguration, $"The directory {name} is full."));
    }

    [TestMethod]
    public async Task Resolving_without_a_host_lists_every_mistake()
    {
        await using var provider = new ServiceCollection()
            .AddGlanceStore(Section(("Stores:a:Type", "tape"), ("Stores:b:Colour", "red")), stores => stores.AddMemory())
            .BuildServiceProvider();
        var error = Assert.ThrowsExactly<StoreException>(provider.GetRequiredService<ImageStores>);
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        Assert.Contains("'tape'", error.Message);
        Assert.Contains("The store 'b' has no 'Type'", error.Message);
        Assert.Contains("no 'DefaultStore'", error.Message);
        Assert.ThrowsExactly<StoreException>(() => provider.GetRequiredKeyedService<IImageStore>("a"));
    }

    [TestMethod]
    public void Adding_stores_in_two_calls_is_refused()
    {
        var services = new ServiceCollection().AddGlanceStore(stores => stores.AddMemory("a"));
        Assert.ThrowsExactly<InvalidOperationException>(() => services.AddGlanceStore(stores => stores.AddMemory("b")));
    }

    private static IConfigurationSection Section(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"GlanceStore:{setting.Name}", (string?)setting.Value)))
        .Build()
        .GetSection("GlanceStore");
}
