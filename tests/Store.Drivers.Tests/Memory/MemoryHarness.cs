using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Memory;

public class MemoryHarness : DriverHarness
{
    public override string Name => "memory";

    public override IReadOnlyList<string> ForeignLocations => ["memory://elsewhere/a"];

    public override IReadOnlyList<string> MalformedLocations => ["memory://images", "memory://images/", "memory://images/a/b", "memory://images/.."];

    protected MemoryStorage Storage { get; } = new();

    protected virtual DriverCapabilities Capabilities { get; } = new MemoryDriverOptions().Capabilities;

    public override ValueTask<StoreDriver> CreateDriverAsync() =>
        new(new MemoryDriver(new MemoryDriverOptions { Storage = Storage, Capabilities = Capabilities }));

    public override ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() => new(Storage.Names);

    public override ValueTask<bool> CorruptAsync(ImageLocation location, long offset) =>
        new(Storage.Corrupt(location.Uri["memory://images/".Length..], offset));
}
