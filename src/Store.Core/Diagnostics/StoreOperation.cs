using System.Diagnostics;

namespace GlanceStore.Diagnostics;

/// <summary>One operation from its begin to its end, which for a read is when its stream is disposed: an activity and a duration.</summary>
internal sealed class StoreOperation : IDisposable
{
    private readonly StoreTelemetry _telemetry;
    private readonly Activity? _activity;
    private readonly long _started;
    private string? _error;
    private bool _ended;

    public StoreOperation(StoreTelemetry telemetry, string name, ImageLocation? location)
    {
        _telemetry = telemetry;
        Name = name;
        Location = location;
        _activity = StoreInstruments.Source.StartActivity("glancestore." + name, ActivityKind.Client);
        _activity?.SetTag("glancestore.store", telemetry.StoreId).SetTag("glancestore.location", location?.ToString());
        _started = telemetry.Time.GetTimestamp();
    }

    public string Name { get; }

    public ImageLocation? Location { get; }

    /// <summary>Notes where an error happened, and that the operation failed. An image that is or is not there is an answer, not a failure.</summary>
    public void Fail(StoreException error)
    {
        _error = error.Error.ToString();
        if (_telemetry.Report(this, error))
        {
            _activity?.SetStatus(ActivityStatusCode.Error, error.Message).SetTag("error.type", _error);
        }
    }

    public void Cancel() => Abandon("Cancelled");

    /// <summary>Notes why it ended without success where the reason is not its own.</summary>
    public void Abandon(string reason) => _error = reason;

    /// <summary>What this flow of control does from here on belongs to the operation.</summary>
    public void MakeCurrent() => Activity.Current = _activity ?? Activity.Current;

    public void Dispose()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        _telemetry.Took(this, _telemetry.Time.GetElapsedTime(_started), _error);

        // A read ends in whatever the caller is doing by then, which stays the current activity.
        var current = Activity.Current;
        _activity?.Dispose();
        Activity.Current = current == _activity ? _activity?.Parent : current;
    }
}
