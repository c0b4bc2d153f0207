using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Memory;

public sealed class MemoryHarness : DriverHarness
{
    private readonly MemoryStorage _storage = new();

    public override string Name => "memory";

    public override IReadOnlyList<string> ForeignLocations => ["memory://elsewhere/a"];

    public override IReadOnlyList<string> MalformedLocations => ["memory://images", "memory://images/", "memory://images/a/b", "memory://images/.."];

    public override ValueTask<StoreDriver> CreateDriverAsync() => new(new MemoryDriver(new MemoryDriverOptions { Storage = _storage }));

    public override ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() => new(_storage.Names);

    public override ValueTask<bool> CorruptAsync(ImageLocation location, long offset) =>
        new(_storage.Corrupt(location.Uri["memory://images/".Length..], offset));
}
