using GlanceStore.Conformance;
using GlanceStore.Drivers;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace GlanceStore.Cli.Validation;

/// <summary>The harness of a store that belongs to somebody else: nothing is done behind its back, and what that takes is not checked.</summary>
internal sealed class OperatorHarness : DriverHarness
{
    private readonly ValidationRun _run = Run.Value ?? throw new InvalidOperationException("There is no validation under way.");
    private readonly ValidationPlace _place;

    public OperatorHarness() => _place = _run.NewPlace();

    /// <summary>The validation whose cases run in this flow of control: suites make their harnesses themselves.</summary>
    public static AsyncLocal<ValidationRun?> Run { get; } = new();

    public override string Name => _run.Store.Id;

    // Across a network, and with other cases running: a slow answer is not a stalled one.
    public override TimeSpan StallTimeout => TimeSpan.FromSeconds(5);

    public override IReadOnlyList<string> ForeignLocations => throw NotChecked("it takes locations that are known to be of another store");

    public override IReadOnlyList<string> SecretsInOptions => throw NotChecked("it takes the secrets of the store's settings");

    public override ValueTask<StoreDriver> CreateDriverAsync() => new(new PrefixedDriver(_run.Driver, _place));

    public override async ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() => await _place.ListAsync(CancellationToken.None);

    public override ValueTask SeedAsync(ImageStore store, ImageId id, ReadOnlyMemory<byte> bytes) => store.Info.Driver.Capabilities.CanWrite
        ? base.SeedAsync(store, id, bytes)
        : throw NotChecked("it takes an image of its own, and the store takes none");

    public override IReadOnlyList<string> EquivalentLocations(ImageLocation location) => throw NotChecked("it takes the other dialects of a location");

    public override string? LocationWithSecret(ImageId id) => throw NotChecked("it takes a location that holds a password");

    public override async ValueTask DisposeAsync()
    {
        _run.Leave(await _place.RemoveAsync());
        await base.DisposeAsync();
    }

    private static AssertInconclusiveException NotChecked(string reason) => new(reason);
}
