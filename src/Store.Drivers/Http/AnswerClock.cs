namespace GlanceStore.Drivers.Http;

/// <summary>The time one answer may take in all, and the one place where what goes wrong on the way becomes a <see cref="StoreException"/>.</summary>
internal sealed class AnswerClock(ImageLocation location, TimeSpan? limit, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource? _timer = limit is { } span ? new CancellationTokenSource(span, time) : null;

    public async ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> step, CancellationToken cancellationToken)
    {
        using var linked = _timer is null ? null : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _timer.Token);
        try
        {
            return await step(linked?.Token ?? cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException and not StoreException or HttpRequestException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw _timer?.IsCancellationRequested == true ? HttpErrors.OutOfTime(location, limit!.Value, e) : HttpErrors.Of(location, e);
        }
    }

    public void Dispose() => _timer?.Dispose();
}
