using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Diagnostics;

/// <summary>What one store tells of its work: an activity, a duration and a log line for each operation, and where each error happened.</summary>
internal sealed class StoreTelemetry(string storeId, ILogger logger, TimeProvider time)
{
    private readonly KeyValuePair<string, object?> _store = new("glancestore.store", storeId);

    public async Task<T> ObserveAsync<T>(string operation, ImageLocation? location, Func<Task<T>> run, CancellationToken cancellationToken)
    {
        using var activity = StoreInstruments.Source.StartActivity("glancestore." + operation, ActivityKind.Client);
        activity?.SetTag(_store.Key, storeId).SetTag("glancestore.location", location?.ToString());
        var started = time.GetTimestamp();
        string? error = null;
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            error = e.Error.ToString();
            Failed(operation, location, e, activity);
            throw;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            error = "Cancelled";
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            StoreInstruments.Duration.Record(time.GetElapsedTime(started).TotalSeconds, new TagList
            {
                _store, new("glancestore.operation", operation), new("error.type", error),
            });
        }
    }

    public void Retrying(Exception error, int attempt, TimeSpan delay)
    {
        Log.Retrying(logger, storeId, attempt, delay, error.Message);
        StoreInstruments.Retries.Add(1, _store, new("error.type", (error as StoreException)?.Error.ToString()));
    }

    public void Stored(ImageReceipt receipt) => Log.Stored(logger, storeId, receipt.Location, receipt.Size);

    public void Written(long bytes) => StoreInstruments.Transferred.Add(bytes, _store, new("glancestore.direction", "write"));

    public void Read(long bytes) => StoreInstruments.Transferred.Add(bytes, _store, new("glancestore.direction", "read"));

    public void CommitUnclear(ImageLocation location) => Log.CommitUnclear(logger, storeId, location);

    public void Resumed(ImageLocation location, long offset) => Log.Resumed(logger, storeId, location, offset);

    public void VerificationFailed() => StoreInstruments.VerificationFailures.Add(1, _store);

    /// <summary>Notes where an error happened. An image that is or is not there is an answer, not a failure.</summary>
    public void Failed(string operation, ImageLocation? location, StoreException error, Activity? activity = null)
    {
        error.During(operation, storeId, location);
        if (error.Error is StoreError.NotFound or StoreError.AlreadyExists or StoreError.Unsupported)
        {
            Log.Refused(logger, storeId, operation, location, error.Error, error.Message);
            return;
        }

        Log.Failed(logger, storeId, operation, location, error.Error, error.Message);
        activity?.SetStatus(ActivityStatusCode.Error, error.Message).SetTag("error.type", error.Error.ToString());
    }
}
