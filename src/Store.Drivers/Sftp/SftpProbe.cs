using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Sftp;

/// <summary>
/// Asks a server, once and with two small files that are removed again, what the protocol leaves open: whether a rename replaces what is there, and
/// whether what is written through several handles of one file survives. What it does not find out is taken for the worse, and costs no put its success.
/// </summary>
internal sealed class SftpProbe(SftpDirectory directory, SftpHabits habits, SftpParts parts, string host, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _asking = new(1, 1);

    /// <summary>Finds out how the server renames.</summary>
    public Task LearnToRenameAsync(SftpLease lease, CancellationToken cancellationToken) =>
        LearnAsync(() => habits.RenameReplaces is not null, [lease], sharing: false, cancellationToken);

    /// <summary>Finds out how the server renames, and whether handles on these connections share what is written through them.</summary>
    public Task LearnToShareAsync(IReadOnlyList<SftpLease> leases, CancellationToken cancellationToken) =>
        LearnAsync(() => habits.RenameReplaces is not null && habits.KnowsSharing(leases.Count), leases, sharing: true, cancellationToken);

    public void Dispose() => _asking.Dispose();

    private async Task LearnAsync(Func<bool> isKnown, IReadOnlyList<SftpLease> leases, bool sharing, CancellationToken cancellationToken)
    {
        if (isKnown())
        {
            return;
        }

        await _asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!isKnown())
            {
                await AskAsync(leases, sharing && !habits.KnowsSharing(leases.Count), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _asking.Release();
        }
    }

    private async Task AskAsync(IReadOnlyList<SftpLease> leases, bool sharing, CancellationToken cancellationToken)
    {
        SftpProbeFile[] files = [NewFile(), NewFile()];
        IReadOnlyList<SftpLease> handles = sharing ? [leases[0], .. leases] : [leases[0]];
        try
        {
            var survived = await Task.WhenAll(
                files[0].WriteAsync(handles, lastFirst: true, cancellationToken),
                files[1].WriteAsync(handles, lastFirst: false, cancellationToken)).ConfigureAwait(false);
            if (sharing)
            {
                habits.SharesOver = survived.All(all => all) ? leases.Count : 0;
                if (habits.SharesOver == 0)
                {
                    SftpLog.WritesThroughOneHandle(logger, host);
                }
            }

            await AskToRenameAsync(leases[0], files[0].Path, files[1].Path, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (SftpErrors.IsAnswer(e.InnerException))
        {
            // the put itself says what is wrong, if anything is
        }
        finally
        {
            await Task.WhenAll(files.Select(file => parts.RemoveAsync(leases[0], file.Path).AsTask())).ConfigureAwait(false);
        }
    }

    private SftpProbeFile NewFile() => new(directory.PathOf(SftpLocations.NewPartName()), parts.Time);

    private async Task AskToRenameAsync(SftpLease lease, string from, string to, CancellationToken cancellationToken)
    {
        if (habits.RenameReplaces is not null)
        {
            return;
        }

        var refused = await TryRenameAsync(lease, from, to, cancellationToken).ConfigureAwait(false);
        if (refused?.Error is StoreError.AccessDenied or StoreError.Unsupported)
        {
            // Because the name is taken, or because this user renames nothing? A free name tells.
            await directory.DeleteAsync(lease, to[(to.LastIndexOf('/') + 1)..], cancellationToken).ConfigureAwait(false);
            habits.RenameReplaces = await TryRenameAsync(lease, from, to, cancellationToken).ConfigureAwait(false) is null ? false : null;
            return;
        }

        habits.RenameReplaces = refused is null;
        if (refused is null)
        {
            SftpLog.RenameReplaces(logger, host);
        }
    }

    private static async Task<StoreException?> TryRenameAsync(SftpLease lease, string from, string to, CancellationToken cancellationToken)
    {
        try
        {
            await lease.RunAsync($"Renaming {from}", client => client.RenameFileAsync(from, to, cancellationToken)).ConfigureAwait(false);
            return null;
        }
        catch (StoreException e) when (SftpErrors.IsAnswer(e.InnerException))
        {
            return e;
        }
    }
}
