using System.Diagnostics.Metrics;
using GlanceStore.Diagnostics;

namespace GlanceStore.Cache.Entries;

/// <summary>What the cache adds to the instruments of <see cref="StoreInstruments"/>, under the same name.</summary>
internal static class CacheInstruments
{
    private static readonly Meter Meter = new(StoreInstruments.Name);

    public static readonly Counter<long> Damaged =
        Meter.CreateCounter<long>("glancestore.cache.damaged", "{chunk}", "Chunks on the host's disk that were not what was fetched.");

    public static readonly Counter<long> Hedges =
        Meter.CreateCounter<long>("glancestore.cache.hedges", "{hedge}", "Late chunks that the cache asked for a second time.");
}
