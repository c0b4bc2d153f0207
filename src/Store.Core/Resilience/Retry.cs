using GlanceStore.Diagnostics;
using Polly;
using Polly.Retry;

namespace GlanceStore.Resilience;

/// <summary>
/// The one layer that repeats a step and gives it a time limit. Only transient errors, only what can be replayed; the last error says
/// how often it was tried.
/// </summary>
internal sealed class Retry
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestDelayAskedFor = TimeSpan.FromSeconds(60);
    private const long BytesPerStallTimeout = 16 << 20;
    private const long MostStallTimeouts = (2L << 30) / BytesPerStallTimeout; // a chunk has at most 2 GiB

    // Amazon says that putting an image together from its parts may take minutes, and it may have 10,000.
    private const int ChunksPerStallTimeout = 1000;

    // Each attempt of these has taken the whole time limit: a backend that hangs should be told of while somebody still waits.
    private const int MostStalls = 3;
    private static readonly ResiliencePropertyKey<int> Stalls = new("stalls");

    private readonly ResiliencePipeline _pipeline;
    private readonly TimeSpan _stallTimeout;
    private readonly TimeProvider _time;

    public Retry(ImageStoreOptions options, TimeProvider time, StoreTelemetry telemetry)
    {
        _stallTimeout = options.StallTimeout;
        _time = time;
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.MaxAttempts > 1)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Exception is StoreException { IsTransient: true } e
                    && (e.Error != StoreError.Stalled || MayStallAgain(args.Context))),
                MaxRetryAttempts = options.MaxAttempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = LongestDelay,
                DelayGenerator = static args => ValueTask.FromResult(DelayAskedFor(args.Outcome.Exception)),
                OnRetry = args =>
                {
                    telemetry.Retrying(args.Outcome.Exception!, args.AttemptNumber + 1, args.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            });
        }

        _pipeline = builder.Build();
    }

    private static bool MayStallAgain(ResilienceContext step)
    {
        var stalls = step.Properties.GetValue(Stalls, 0) + 1;
        step.Properties.Set(Stalls, stalls);
        return stalls < MostStalls;
    }

    // A backend may ask for patience, not for forever.
    private static TimeSpan? DelayAskedFor(Exception? error) =>
        error is StoreException { RetryAfter: { } asked } ? TimeSpan.FromTicks(Math.Min(asked.Ticks, LongestDelayAskedFor.Ticks)) : null;

    /// <summary>Runs a step of one driver call that moves <paramref name="bytes"/> bytes: a stall timeout for every 16 MiB begun, and no less than one.</summary>
    public ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken, long bytes = 0) =>
        RunWatchedAsync(watch => watch.GuardAsync(call, LimitFor(bytes)), cancellationToken);

    /// <summary>A watch for driver calls that are not repeated.</summary>
    public StallWatch Watch(CancellationToken cancellationToken) => new(_stallTimeout, _time, cancellationToken);

    /// <summary>How long one driver call that moves so many bytes may take.</summary>
    public TimeSpan LimitFor(long bytes) => LimitFor(bytes, BytesPerStallTimeout);

    /// <summary>How long making an image of so many chunks may take.</summary>
    public TimeSpan LimitForCommit(int chunks) => LimitFor(chunks, ChunksPerStallTimeout);

    private TimeSpan LimitFor(long amount, long amountPerTimeout) =>
        _stallTimeout * Math.Clamp((amount + amountPerTimeout - 1) / amountPerTimeout, 1, MostStallTimeouts);

    /// <summary>Runs a step of several driver calls, each within one stall timeout, and does not repeat it.</summary>
    public async ValueTask<T> RunOnceAsync<T>(Func<StallWatch, ValueTask<T>> step, CancellationToken cancellationToken)
    {
        using var watch = Watch(cancellationToken);
        return await step(watch).ConfigureAwait(false);
    }

    /// <summary>Runs a step of several driver calls, each within one stall timeout.</summary>
    public async ValueTask<T> RunWatchedAsync<T>(Func<StallWatch, ValueTask<T>> step, CancellationToken cancellationToken)
    {
        var attempts = 0;
        try
        {
            return await _pipeline.ExecuteAsync(async token =>
            {
                attempts++;
                using var watch = Watch(token);
                return await step(watch).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            e.AfterAttempts(attempts);
            throw;
        }
    }
}
