using Polly;
using Polly.CircuitBreaker;

namespace GlanceStore.Resilience;

/// <summary>
/// Knows that a store has failed lately, so that a read which has another store to turn to does not wait for its time limit again. After a
/// while one read tries it.
/// </summary>
internal sealed class Breaker
{
    // Two failures of an image that is asked for rarely, one in ten of one that is asked for all the time.
    private const double FailureRatio = 0.1;
    private const int FewestCalls = 2;
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);

    private readonly ResiliencePipeline _pipeline;
    private readonly string _storeId;

    public Breaker(string storeId, TimeSpan pause, TimeProvider time)
    {
        _storeId = storeId;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = static args => ValueTask.FromResult(IsDeath(args.Outcome.Exception)),
                FailureRatio = FailureRatio,
                MinimumThroughput = FewestCalls,
                SamplingDuration = Memory,
                BreakDuration = pause,
            })
            .Build();
    }

    /// <summary>Makes a call, unless the store has failed lately.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Unavailable"/>, transient: it has; nothing was asked of it.</exception>
    public async ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (BrokenCircuitException e)
        {
            throw new StoreException(StoreError.Unavailable, $"The store '{_storeId}' has failed lately and is left alone for a while.", e) { IsTransient = true };
        }
    }

    /// <summary>Notes a failure of a call that was not made through here.</summary>
    public void Note(StoreException failure)
    {
        try
        {
            // One of its own, because to throw an error again takes away where it came from.
            _pipeline.Execute(() => throw new StoreException(failure.Error, failure.Message));
        }
        catch (Exception e) when (e is StoreException or BrokenCircuitException)
        {
            // Noted, or known already.
        }
    }

    // What tells of the image, not of the store, is no reason to leave the store alone.
    private static bool IsDeath(Exception? error) => error is StoreException { Error: StoreError.Unavailable or StoreError.Stalled or StoreError.Throttled };
}
