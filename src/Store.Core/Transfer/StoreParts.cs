using GlanceStore.Diagnostics;
using GlanceStore.Drivers;
using GlanceStore.Resilience;
using GlanceStore.Routing;

namespace GlanceStore.Transfer;

/// <summary>What all transfers of one store share.</summary>
internal sealed record StoreParts(string Id, StoreDriver Driver, ImageStoreOptions Options, TransferBudget Budget)
{
    /// <summary>What the front may ask of the driver: less than the driver can where the store is read-only.</summary>
    public required DriverCapabilities Can { get; init; }

    public required Retry Retry { get; init; }

    public required Breaker Breaker { get; init; }

    public required StoreTelemetry Telemetry { get; init; }

    public required DriverUse Use { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>How many chunks of one transfer may be under way at once.</summary>
    public int Parallelism => Math.Max(1, Math.Min(Options.Parallelism, Can.MaxParallelChunks));

    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: the store cannot do what is asked.</exception>
    public void Require(bool capable, string refusal)
    {
        if (!capable)
        {
            throw new StoreException(StoreError.Unsupported, $"The store '{Id}' ({Driver.Info.Type}) {refusal}.");
        }
    }
}
