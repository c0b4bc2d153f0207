using System.Globalization;
using GlanceStore.Benchmarks.Micro;
using GlanceStore.Drivers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.Benchmarks.Comparison.Contestants;

/// <summary>Puts many images through one store of one process: the cost of an image, and what puts at the same time share.</summary>
internal static class PutMany
{
    // As long as those of a file store.
    private const long NullChunkBytes = 4 << 20;

    /// <summary>Runs <c>COUNT BYTES AT-ONCE SETTING=VALUE…</c>, the settings being those of a store in a configuration; <c>Type=null</c> is a store that costs nothing.</summary>
    public static async Task RunAsync(string count, string bytes, string atOnce, string[] settings)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = int.Parse(atOnce, CultureInfo.InvariantCulture) };
        var size = long.Parse(bytes, CultureInfo.InvariantCulture);
        await using var stores = Open(settings);
        var mode = settings.Contains("Type=file") || settings.Contains("Type=rbd") ? WriteMode.CreateNew : WriteMode.Replace;
        await Parallel.ForAsync(0, int.Parse(count, CultureInfo.InvariantCulture), options, async (number, cancellationToken) =>
        {
            await using var source = new RandomStream(size);
            await stores.Default.PutAsync(new ImageId($"image-{number}"), source, new PutOptions { ExpectedSize = size, Mode = mode }, cancellationToken);
        });
    }

    /// <summary>A store of settings as a configuration has them.</summary>
    public static ImageStores Open(string[] settings)
    {
        var values = settings.Select(setting => setting.Split('=', 2)).ToDictionary(pair => $"Stores:images:{pair[0]}", pair => (string?)pair[1]);
        var builder = new GlanceStoreBuilder();
        AddType(builder, values["Stores:images:Type"]);
        return builder.AddConfiguration(new ConfigurationBuilder().AddInMemoryCollection(values).Build()).Build();
    }

    // No other: a build from before may have none of the others, or not as they are now.
    private static void AddType(GlanceStoreBuilder builder, string? type) => _ = type switch
    {
        "file" => builder.AddFile(),
        "rbd" => builder.AddRbd(),
        "swift" => builder.AddSwift(),
        _ => builder.AddType(new StoreType("null", _ => new DriverRecipe([], _ => new NullDriver(0, NullChunkBytes)))),
    };
}
