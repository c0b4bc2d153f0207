namespace GlanceStore.Drivers;

/// <summary>Makes a kind of driver known by its type string, so that a configuration can name it.</summary>
/// <param name="Name">The type string, such as <c>file</c>.</param>
/// <param name="Read">Reads a store's settings into a recipe for its driver; mistakes go into the settings.</param>
public sealed record StoreType(string Name, Func<DriverSettings, DriverRecipe> Read);

/// <summary>A driver that is not made yet: what is wrong with its options, and how to make it once nothing is.</summary>
/// <param name="Mistakes">What is wrong with the options, one sentence each, without the store's name; empty where they are right.</param>
/// <param name="Create">Makes the driver. Called once, only where there are no mistakes.</param>
public sealed record DriverRecipe(IReadOnlyList<string> Mistakes, Func<IServiceProvider, StoreDriver> Create);

/// <summary>What the drivers' <c>AddX</c> extension methods add stores to.</summary>
public interface IGlanceStoreBuilder
{
    /// <summary>Makes a kind of driver known to configurations. The same type twice is one.</summary>
    IGlanceStoreBuilder AddType(StoreType type);

    /// <summary>Adds a store from code.</summary>
    /// <param name="id">The store's id.</param>
    /// <param name="recipe">Its driver.</param>
    IGlanceStoreBuilder AddStore(string id, DriverRecipe recipe);
}
