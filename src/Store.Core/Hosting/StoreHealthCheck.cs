using System.Security.Cryptography;
using GlanceStore.Resilience;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GlanceStore;

/// <summary>Tells whether every store can be read and written.</summary>
/// <remarks>
/// A store is asked for an image that is not there, which it must answer; then, where its driver writes and deletes, a few bytes are
/// stored under a random id (<c>health-…</c>), and deleted. A store that cannot be read makes the result the registration's failure status,
/// <see cref="HealthStatus.Unhealthy"/> by default; one that only cannot be written makes it <see cref="HealthStatus.Degraded"/>. The result's
/// data has one entry a store, in words.
/// </remarks>
public sealed class StoreHealthCheck : IHealthCheck
{
    private const int ProbeBytes = 64;

    // A check should not last, and once it is cancelled it has a moment only.
    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(1);

    private readonly ImageStores _stores;

    /// <summary>Makes a check of all stores.</summary>
    public StoreHealthCheck(ImageStores stores)
    {
        ArgumentNullException.ThrowIfNull(stores);
        _stores = stores;
    }

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var up = await Task.WhenAll(_stores.All.Concat(_stores.Reserved).Select(store => CheckAsync(store, cancellationToken))).ConfigureAwait(false);
        Finding[] findings = [.. up, .. _stores.Down.Select(store => new Finding(store.Id, HealthStatus.Unhealthy, $"is down: {store.Reason}", store.Error))];
        var troubled = findings.Where(finding => finding.Status != HealthStatus.Healthy).ToArray();
        return new HealthCheckResult(
            StatusOf(findings, context.Registration.FailureStatus),
            troubled.Length == 0 ? null : string.Join(' ', troubled.Select(finding => finding.Sentence)),
            troubled.Select(finding => finding.Error).FirstOrDefault(),
            findings.ToDictionary(finding => finding.StoreId, finding => (object)finding.Words));
    }

    private static HealthStatus StatusOf(Finding[] findings, HealthStatus failure)
    {
        var worst = findings.Min(finding => finding.Status);
        return worst == HealthStatus.Unhealthy ? failure : worst;
    }

    private static async Task<Finding> CheckAsync(IImageStore store, CancellationToken cancellationToken)
    {
        var id = new ImageId($"health-{Guid.NewGuid():N}");
        try
        {
            await store.FindAsync(store.LocationOf(id), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.Unsupported)
        {
            return new Finding(store.Id, HealthStatus.Healthy, "not checked: it finds images by their locations only");
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new Finding(store.Id, HealthStatus.Unhealthy, $"cannot read: {e.Message}", e);
        }

        return store.Info.Driver.Capabilities is { CanWrite: true, CanDelete: true }
            ? await CheckWriteAsync(store, id, cancellationToken).ConfigureAwait(false)
            : new Finding(store.Id, HealthStatus.Healthy, "can read");
    }

    private static async Task<Finding> CheckWriteAsync(IImageStore store, ImageId id, CancellationToken cancellationToken)
    {
        var isDeleted = false;
        try
        {
            using var probe = new MemoryStream(RandomNumberGenerator.GetBytes(ProbeBytes));
            var options = new PutOptions { ExpectedSize = ProbeBytes };
            var receipt = await store.PutAsync(id, probe, options, cancellationToken).ConfigureAwait(false);
            await store.DeleteAsync(receipt.Location, cancellationToken: cancellationToken).ConfigureAwait(false);
            isDeleted = true;
            return new Finding(store.Id, HealthStatus.Healthy, "can read and write");
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new Finding(store.Id, HealthStatus.Degraded, $"can read and cannot write: {e.Message}", e);
        }
        finally
        {
            if (!isDeleted)
            {
                await RemoveAsync(store, id, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // With a token of its own: that the caller's was cancelled is the likeliest reason to be here.
    private static async Task RemoveAsync(IImageStore store, ImageId id, CancellationToken caller)
    {
        using var limit = new CancellationTokenSource(caller.IsCancellationRequested ? Farewell.Moment : RemovalLimit, TimeProvider.System);
        try
        {
            await store.DeleteAsync(store.LocationOf(id), cancellationToken: limit.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Cancellation is that of the limit. The finding tells of the first failure already; this was the last try.
        }
    }

    private sealed record Finding(string StoreId, HealthStatus Status, string Words, Exception? Error = null)
    {
        public string Sentence => $"The store '{StoreId}' {Words}";
    }
}
