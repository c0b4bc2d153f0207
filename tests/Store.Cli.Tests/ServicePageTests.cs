using System.IO.Pipelines;
using System.Text;
using GlanceStore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.Cli.Tests;

[TestClass]
public sealed class ServicePageTests : ToolTests
{
    private const string Page = "docs/image-service.md";

    [TestMethod]
    public async Task The_samples_store_copy_and_read_images_of_the_configured_stores()
    {
        var services = new ServiceCollection().AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        ServicePageSample.Register(services, await ConfigurationAsync());
        await using var provider = services.BuildServiceProvider();
        var bytes = Tool.MakeFile("disk", 20_000_000);
        using var response = new MemoryStream();
        var body = PipeReader.Create(new MemoryStream(bytes)).AsStream();
        await ServicePageSample.RunAsync(provider.GetRequiredService<ImageStores>(), body, response, CancellationToken.None);
        Same([.. bytes, .. bytes], response.ToArray());
        var health = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.AreEqual(HealthStatus.Healthy, health.Entries["glance_store"].Status);
        Assert.AreSequenceEqual(new[] { "cold", "fast" }, health.Entries["glance_store"].Data.Keys.Order(StringComparer.Ordinal));
    }

    [TestMethod]
    public async Task The_sample_of_what_is_kept_reads_a_part_of_an_image_and_moves_and_deletes_it()
    {
        var services = new ServiceCollection().AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        ServicePageSample.Register(services, await ConfigurationAsync());
        await using var provider = services.BuildServiceProvider();
        var stores = provider.GetRequiredService<ImageStores>();
        var bytes = Tool.MakeFile("disk", 2_000_000);
        var receipt = await stores.Default.PutAsync(ImageId.New(), new MemoryStream(bytes));
        using var response = new MemoryStream();
        await ServicePageSample.KeepAsync(stores, receipt, response, CancellationToken.None);
        Same(bytes[(1 << 20)..((1 << 20) + 4096)], response.ToArray());
        Assert.IsEmpty(Directory.GetFiles(Tool.At("fast")).Concat(Directory.GetFiles(Tool.At("cold"))));
    }

    [TestMethod]
    public async Task The_samples_of_the_page_are_those_that_compile()
    {
        var compiled = Bare(await ReadmeSampleTests.ReadAsync("tests/Store.Cli.Tests/ServicePageSample.cs"));
        var page = await ReadmeSampleTests.ReadAsync(Page);
        var samples = page.Split("```csharp\n")[1..];
        Assert.HasCount(3, samples);
        foreach (var sample in samples)
        {
            Assert.Contains(Bare(BodyOf(sample.Split("```")[0])), compiled);
        }

        Assert.Contains($"`{StoreInstruments.Name}`", page);
    }

    private static string BodyOf(string method) => method[(method.IndexOf('{', StringComparison.Ordinal) + 1)..method.LastIndexOf('}')];

    private static string Bare(string text) => string.Join('\n', ReadmeSampleTests.LinesOf(text));

    // The page's own, with directories that are there.
    private async Task<IConfiguration> ConfigurationAsync()
    {
        var json = (await ReadmeSampleTests.ReadAsync(Page)).Split("```json\n")[1].Split("```")[0]
            .Replace("/srv/images", Tool.At("fast"), StringComparison.Ordinal)
            .Replace("/mnt/archive", Tool.At("cold"), StringComparison.Ordinal);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        return new ConfigurationBuilder().AddJsonStream(stream).Build();
    }
}
