using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Diagnostics;

/// <summary>What one store tells of its work: an activity, a duration and a log line for each operation, and where each error happened.</summary>
internal sealed class StoreTelemetry(string storeId, ILogger logger, TimeProvider time)
{
    private readonly KeyValuePair<string, object?> _store = new("glancestore.store", storeId);

    public string StoreId => storeId;

    public TimeProvider Time => time;

    /// <summary>Runs an operation from its begin to its end.</summary>
    public async Task<T> ObserveAsync<T>(string name, ImageLocation? location, Func<Task<T>> run, CancellationToken cancellationToken)
    {
        using var operation = new StoreOperation(this, name, location);
        return await ObserveAsync(operation, run, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs the beginning of an operation whose result ends it; where it fails, it ends here.</summary>
    public async Task<T> BeginAsync<T>(string name, ImageLocation? location, Func<StoreOperation, Task<T>> run, CancellationToken cancellationToken)
    {
        var operation = new StoreOperation(this, name, location);
        try
        {
            return await ObserveAsync(operation, () => run(operation), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            operation.Dispose();
            throw;
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

    public void FailedOver(ImageLocation location, long offset, string reason) => Log.FailedOver(logger, storeId, location, offset, reason);

    public void Hedged(ImageLocation location, long offset)
    {
        Log.Hedged(logger, storeId, location, offset);
        StoreInstruments.Hedges.Add(1, _store);
    }

    public void TakenBack(ImageLocation location) => Log.TakenBack(logger, storeId, location);

    public void NotTakenBack(ImageLocation location, string reason) => Log.NotTakenBack(logger, storeId, location, reason);

    public void VerificationFailed() => StoreInstruments.VerificationFailures.Add(1, _store);

    /// <summary>Logs an error and notes where it happened; false where it is an answer and not a failure.</summary>
    public bool Report(StoreOperation operation, StoreException error)
    {
        error.During(operation.Name, storeId, operation.Location);
        if (error.Error is StoreError.NotFound or StoreError.AlreadyExists or StoreError.Unsupported)
        {
            Log.Refused(logger, storeId, operation.Name, operation.Location, error.Error, error.Message);
            return false;
        }

        Log.Failed(logger, storeId, operation.Name, operation.Location, error.Error, error.Message);
        return true;
    }

    public void Took(StoreOperation operation, TimeSpan time, string? error) =>
        StoreInstruments.Duration.Record(time.TotalSeconds, new TagList
        {
            _store, new("glancestore.operation", operation.Name), new("error.type", error),
        });

    private static async Task<T> ObserveAsync<T>(StoreOperation operation, Func<Task<T>> run, CancellationToken cancellationToken)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            operation.Fail(e);
            throw;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            operation.Cancel();
            throw new OperationCanceledException(cancellationToken);
        }
    }
}
