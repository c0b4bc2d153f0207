using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using GlanceStore.Diagnostics;

namespace GlanceStore.ComputeAgent.Telemetry;

/// <summary>What the library measures of the stores, added up.</summary>
internal sealed class StoreCounters : IDisposable
{
    private static readonly string[] Names = ["glancestore.transfer.io", "glancestore.retries", "glancestore.verification.failures"];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Name, string Store), long> _sums = new();

    public StoreCounters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == StoreInstruments.Name && Names.Contains(instrument.Name))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(Add);
        _listener.Start();
    }

    /// <summary>The sums, by the names of the instruments and the stores.</summary>
    public IEnumerable<(string Name, string Store, long Sum)> Sums => _sums.Select(sum => (sum.Key.Name, sum.Key.Store, sum.Value));

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var store = "";
        foreach (var tag in tags)
        {
            store = tag.Key == "glancestore.store" ? tag.Value as string ?? "" : store;
        }

        _sums.AddOrUpdate((instrument.Name, store), value, (_, sum) => sum + value);
    }
}
