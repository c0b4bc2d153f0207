using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Conformance;

/// <summary>Hears every log line of a store and every trace of this process, to look for what must not be in them.</summary>
internal sealed class Eavesdropper : ILogger<ImageStore>, IDisposable
{
    private readonly ConcurrentQueue<string> _heard = new();
    private readonly ActivityListener _listener;

    public Eavesdropper()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "GlanceStore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => _heard.Enqueue(
                $"{activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Baggage)}"),
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyCollection<string> Heard => _heard;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull
    {
        _heard.Enqueue($"{state}");
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _heard.Enqueue($"{formatter(state, exception)} {exception}");

    public void Dispose() => _listener.Dispose();
}
