using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace GlanceStore.Drivers.Http.Tests;

/// <summary>Counts this program's connections to a port with the meter that .NET itself keeps.</summary>
internal sealed class ConnectionMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, bool> _versions = new();
    private readonly Lock _gate = new();
    private readonly int _port;

    public ConnectionMeter(int port)
    {
        _port = port;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "System.Net.Http", Name: "http.client.open_connections" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, change, tags, _) => Count(change, tags));
        _listener.Start();
    }

    /// <summary>How many are open, of those opened since the meter was made.</summary>
    public long Open { get; private set; }

    /// <summary>How many were open at once.</summary>
    public long Most { get; private set; }

    /// <summary>Versions of HTTP that were spoken.</summary>
    public IEnumerable<string> Versions => _versions.Keys;

    public void Dispose() => _listener.Dispose();

    private void Count(long change, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Tag(tags, "server.port") is not int port || port != _port)
        {
            return;
        }

        _versions[(string)Tag(tags, "network.protocol.version")!] = true;

        // A connection that becomes idle is taken off one count and put on another.
        lock (_gate)
        {
            Open += change;
            Most = Math.Max(Most, Open);
        }
    }

    private static object? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name)
            {
                return tag.Value;
            }
        }

        return null;
    }
}
