using GlanceStore.Drivers;
using Microsoft.Extensions.Configuration;

namespace GlanceStore;

/// <summary>Reads the configuration section <c>GlanceStore</c> into a plan, noting every mistake instead of throwing.</summary>
internal static class StoreSection
{
    private const string StoresName = "Stores";

    public static IEnumerable<string> Ids(IConfiguration section) =>
        section.GetSection(StoresName).GetChildren().Select(store => store.Key);

    public static void Read(IConfiguration section, Dictionary<string, StoreType> types, StorePlan plan)
    {
        var settings = new DriverSettings(section.AsEnumerable(makePathsRelative: true).Where(setting => !IsOfStore(setting.Key)));
        plan.DefaultStore = settings.Text(nameof(plan.DefaultStore)) ?? plan.DefaultStore;
        plan.MaxBufferBytes = settings.Number(nameof(plan.MaxBufferBytes), plan.MaxBufferBytes);
        plan.Mistakes.AddRange(settings.Mistakes.Select(mistake => $"In the section of the stores: {mistake}."));
        foreach (var store in section.GetSection(StoresName).GetChildren())
        {
            ReadStore(store, types, plan);
        }
    }

    private static void ReadStore(IConfigurationSection section, Dictionary<string, StoreType> types, StorePlan plan)
    {
        var id = section.Key;
        var settings = new DriverSettings(section.AsEnumerable(makePathsRelative: true));
        if (settings.Text("Type")?.Trim() is not { Length: > 0 } name)
        {
            plan.Ids.Add(id);
            plan.Mistakes.Add($"The store '{id}' has no 'Type': name its kind of driver, such as 'file'.");
            return;
        }

        if (!types.TryGetValue(name, out var type))
        {
            plan.Ids.Add(id);
            plan.Mistakes.Add(KnownDrivers.Missing(id, name, types.Keys));
            return;
        }

        var (store, mistakes) = Read(id, type, settings);
        plan.Add(store);
        plan.Mistakes.AddRange(mistakes.Select(mistake => StorePlan.Sentence(id, mistake)));
    }

    /// <summary>Makes a store of its settings, wherever they were written.</summary>
    public static (StoreEntry Store, IReadOnlyList<string> Mistakes) Read(string id, StoreType type, DriverSettings settings)
    {
        var store = new StoreEntry(id, ReadOptions(settings), type.Read(settings), type.Name);
        return (store, [.. settings.Mistakes]);
    }

    private static ImageStoreOptions ReadOptions(DriverSettings settings)
    {
        var defaults = new ImageStoreOptions();
        var chunkBytes = settings.Number(nameof(defaults.ChunkBytes), long.MinValue);
        return new ImageStoreOptions
        {
            ChunkBytes = chunkBytes == long.MinValue ? null : chunkBytes,
            Parallelism = Count(nameof(defaults.Parallelism), defaults.Parallelism),
            MaxAttempts = Count(nameof(defaults.MaxAttempts), defaults.MaxAttempts),
            RetryDelay = settings.Span(nameof(defaults.RetryDelay), defaults.RetryDelay),
            StallTimeout = settings.Span(nameof(defaults.StallTimeout), defaults.StallTimeout),
            FailoverPause = settings.Span(nameof(defaults.FailoverPause), defaults.FailoverPause),
            Description = settings.Text(nameof(defaults.Description)),
            Weight = Count(nameof(defaults.Weight), defaults.Weight),
            ReadOnly = settings.Flag(nameof(defaults.ReadOnly), defaults.ReadOnly),
            Reserved = settings.Flag(nameof(defaults.Reserved), defaults.Reserved),
        };

        int Count(string name, int fallback) => (int)settings.Number(name, fallback, int.MinValue, int.MaxValue);
    }

    private static bool IsOfStore(string key) =>
        key.Equals(StoresName, StringComparison.OrdinalIgnoreCase)
        || key.StartsWith(StoresName + ":", StringComparison.OrdinalIgnoreCase);
}
