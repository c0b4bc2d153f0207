using GlanceStore.Drivers.File;
using GlanceStore.Drivers.Http;
using GlanceStore.Drivers.S3;
using GlanceStore.Drivers.Swift;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.Interoperation;

/// <summary>The sample of docs/moving-from-glance-store.md, to the letter, so that it compiles.</summary>
[TestClass]
public sealed class PageSample
{
    [TestMethod]
    public void The_sample_of_the_page_is_the_one_that_compiles()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "GlanceStore.sln")))
        {
            root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        }

        var shown = File.ReadAllText(Path.Combine(root, "docs/moving-from-glance-store.md")).Split("```csharp\n")[1].Split("```")[0];
        var compiled = File.ReadAllText(Path.Combine(root, "tests/Store.Interoperation.Tests/PageSample.cs"));
        Assert.Contains(Bare(shown[shown.IndexOf("services.AddGlanceStore", StringComparison.Ordinal)..]), Bare(compiled));
        Assert.HasCount(1, Sample(new ServiceCollection()).Where(service => service.ServiceType == typeof(ImageStores)));
    }

    private static IServiceCollection Sample(IServiceCollection services)
    {
        services.AddGlanceStore(stores =>
        {
            stores.AddFile().AddHttp().AddRbd().AddS3().AddSwift();         // the drivers that the file may name
            stores.AddGlanceConf("/etc/glance/glance-api.conf");
        });
        return services;
    }

    private static string Bare(string text) => string.Join('\n', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
