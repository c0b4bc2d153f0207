using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;

namespace GlanceStore.Conformance;

/// <summary>A memory store whose driver has the flaw that <see cref="Current"/> names.</summary>
public sealed class FlawHarness : DriverHarness
{
    private readonly MemoryStorage _storage = new();
    private readonly SynchronizedSet _litter = new();
    private readonly Flaw _flaw = Current.Value;

    /// <summary>The flaw of the harnesses made from here on.</summary>
    public static AsyncLocal<Flaw> Current { get; } = new();

    public override string Name => "flawed";

    public override IReadOnlyList<string> ForeignLocations => ["memory://elsewhere/a"];

    public override IReadOnlyList<string> SecretsInOptions => ["none-that-anybody-tells"];

    public override ValueTask<StoreDriver> CreateDriverAsync() =>
        new(new FlawedDriver(new MemoryDriver(new MemoryDriverOptions { Storage = _storage }), _flaw, _litter));

    public override ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() => new([.. _storage.Names, .. _litter]);

    public override IReadOnlyList<string> EquivalentLocations(ImageLocation location) => [location.Uri.Replace("//", "//user:pass@", StringComparison.Ordinal)];

    public override string LocationWithSecret(ImageId id) => $"memory://user:{CanarySecret}@images/{id}";

    private sealed class SynchronizedSet : HashSet<string>, ISet<string>
    {
        bool ISet<string>.Add(string item)
        {
            lock (this)
            {
                return Add(item);
            }
        }
    }
}
