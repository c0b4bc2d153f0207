using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Sftp;

/// <summary>Removes parts of uploads that never became an image.</summary>
internal sealed class SftpParts(SftpConnections connections, ILogger logger, TimeProvider time)
{
    /// <summary>How long to wait for a part to be removed after an upload has failed: a sweep removes it later.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Removes a part, first on the connection it was made on, where nothing that is still under way can come after it.</summary>
    public async ValueTask RemoveAsync(SftpLease lease, string path)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        if (await TryRemoveAsync(lease, path, patience.Token).ConfigureAwait(false) is null)
        {
            return;
        }

        try
        {
            using var other = await connections.LeaseAsync(patience.Token).ConfigureAwait(false);
            if (await TryRemoveAsync(other, path, patience.Token).ConfigureAwait(false) is { } failure)
            {
                SftpLog.PartStays(logger, failure, path);
            }
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException or ObjectDisposedException)
        {
            SftpLog.PartStays(logger, e, path);
        }
    }

    private static async Task<Exception?> TryRemoveAsync(SftpLease lease, string path, CancellationToken cancellationToken)
    {
        try
        {
            // On a thread of its own: where an upload has got stuck in sending, nothing else can be sent on the connection either.
            await lease.RunBlockingAsync($"Removing {path}", client => client.DeleteFile(path), cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (StoreException e) when (e.Error == StoreError.NotFound)
        {
            return null;
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            return e;
        }
    }
}
