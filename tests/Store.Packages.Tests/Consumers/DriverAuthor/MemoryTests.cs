using GlanceStore.Conformance;
using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using Microsoft.VisualStudio.TestTools.UnitTesting;

[assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

public sealed class MemoryHarness : DriverHarness
{
    private readonly MemoryStorage _storage = new();

    public override string Name => "memory";

    public override IReadOnlyList<string> ForeignLocations => ["memory://elsewhere/a"];

    public override ValueTask<StoreDriver> CreateDriverAsync() => new(new MemoryDriver(new MemoryDriverOptions { Storage = _storage }));

    public override ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() => new(_storage.Names);
}

[TestClass]
public sealed class MemoryPut : PutSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryRead : ReadSuite<MemoryHarness>;
