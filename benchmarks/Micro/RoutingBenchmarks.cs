using BenchmarkDotNet.Attributes;
using GlanceStore.Drivers;

namespace GlanceStore.Benchmarks.Micro;

/// <summary>What it costs to find the store of a location among many: by its id, and by the longest prefix of its URI.</summary>
[MemoryDiagnoser]
public class RoutingBenchmarks
{
    private ImageStores _stores = null!;
    private ImageLocation _named = null!;
    private ImageLocation _nameless = null!;

    [Params(1, 1000)]
    public int Stores { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _stores = new ImageStores(Enumerable.Range(0, Stores).Select(i => new ImageStore($"store-{i}", new NamedDriver($"null://host-{i}/images/"))), "store-0");
        _named = _stores[$"store-{Stores / 2}"].LocationOf(new ImageId("0b3f4f6e-6f9d-4a8e-9b53-0c7f6c1d2a10"));
        _nameless = new ImageLocation(_named.Uri, null);
    }

    [GlobalCleanup]
    public ValueTask Cleanup() => _stores.DisposeAsync();

    [Benchmark]
    public IImageStore ById() => _stores.StoreOf(_named);

    [Benchmark]
    public IImageStore ByPrefix() => _stores.StoreOf(_nameless);

    private sealed class NamedDriver(string prefix) : StoreDriver
    {
        private readonly NullDriver _inner = new(0, 4096);

        public override DriverInfo Info => _inner.Info;

        public override ImageLocation LocationOf(ImageId id) => new(prefix + id.Value, null);

        public override ImageLocation ParseLocation(string uri) => uri.StartsWith(prefix, StringComparison.Ordinal)
            ? new ImageLocation(uri, null)
            : throw new StoreException(StoreError.InvalidLocation, "Of another store.");

        public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken) =>
            _inner.FindAsync(location, cancellationToken);

        public override ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken) =>
            _inner.OpenReadAsync(location, intent, cancellationToken);

        public override ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken) =>
            _inner.OpenWriteAsync(id, intent, cancellationToken);

        public override ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken) =>
            _inner.DeleteAsync(location, intent, cancellationToken);
    }
}
