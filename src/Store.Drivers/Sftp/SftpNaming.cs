using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Renci.SshNet.Sftp;

namespace GlanceStore.Drivers.Sftp;

/// <summary>
/// Gives a finished part its name, which is the step that publishes it. How a new image is kept from replacing another depends on the
/// server, since the protocol leaves open what a rename does where the name is taken: that is asked of it once.
/// </summary>
internal sealed class SftpNaming(SftpDirectory directory, string host, ILogger logger, TimeProvider time, bool? renameReplaces) : IDisposable
{
    // A few round trips, to a server that is far away and busy.
    private static readonly TimeSpan NamingTime = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _probing = new(1, 1);
    private bool? _renameReplaces = renameReplaces;

    /// <summary>Finds out, with two empty files that are removed again, whether a rename replaces what is there.</summary>
    public async Task ProbeAsync(SftpLease lease, CancellationToken cancellationToken)
    {
        if (_renameReplaces is not null)
        {
            return;
        }

        await _probing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _renameReplaces ??= await AskAsync(lease, cancellationToken).ConfigureAwait(false);
            if (_renameReplaces == true)
            {
                SftpLog.RenameReplaces(logger, host);
            }
        }
        finally
        {
            _probing.Release();
        }
    }

    /// <summary>Names a part where the name is free.</summary>
    public Task CreateAsync(SftpLease lease, string part, string name, CancellationToken cancellationToken) => _renameReplaces == true
        ? CreateClaimedAsync(lease, part, name, cancellationToken)
        : RenameToFreeAsync(lease, part, name, cancellationToken);

    /// <summary>Names a part, whatever has the name.</summary>
    public async Task ReplaceAsync(SftpLease lease, string part, string name, CancellationToken cancellationToken)
    {
        var target = directory.PathOf(name);
        try
        {
            await lease.RunBlockingAsync($"Naming {target}", client => client.RenameFile(part, target, isPosix: true), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.InnerException is NotSupportedException)
        {
            await ReplaceWithoutPosixAsync(lease, part, name, e, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _probing.Dispose();

    private async Task ReplaceWithoutPosixAsync(SftpLease lease, string part, string name, StoreException reason, CancellationToken cancellationToken)
    {
        if (_renameReplaces == true)
        {
            await RenameAsync(lease, part, name, cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            await RenameToFreeAsync(lease, part, name, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.AlreadyExists)
        {
            throw new StoreException(StoreError.Unsupported,
                $"The image {directory.PathOf(name)} cannot be replaced, because the server has no posix-rename@openssh.com: delete it first.", reason);
        }
    }

    private async Task RenameToFreeAsync(SftpLease lease, string part, string name, CancellationToken cancellationToken)
    {
        try
        {
            await RenameAsync(lease, part, name, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (SftpErrors.IsAnswer(e.InnerException))
        {
            if (await directory.FindAsync(lease, name, cancellationToken).ConfigureAwait(false) is not null)
            {
                throw Taken(name);
            }

            throw;
        }
    }

    // Where a rename would replace, the right to name comes from a file that only one can make.
    private async Task CreateClaimedAsync(SftpLease lease, string part, string name, CancellationToken cancellationToken)
    {
        var claim = directory.PathOf(ClaimOn(name));
        await ClaimAsync(lease, claim, name, cancellationToken).ConfigureAwait(false);
        try
        {
            if (await directory.FindAsync(lease, name, cancellationToken).ConfigureAwait(false) is not null)
            {
                throw Taken(name);
            }

            await RenameAsync(lease, part, name, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await RemoveAsync(lease, claim).ConfigureAwait(false);
        }
    }

    private async Task ClaimAsync(SftpLease lease, string claim, string name, CancellationToken cancellationToken)
    {
        // Not cancelled itself: only its answer tells whether the claim is ours to remove.
        var claiming = MakeAsync(lease, claim, CancellationToken.None);
        try
        {
            await claiming.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (SftpErrors.IsUnexplained(e.InnerException))
        {
            throw await directory.FindAsync(lease, name, cancellationToken).ConfigureAwait(false) is not null
                ? Taken(name)
                : new StoreException(StoreError.Throttled,
                    $"Another put is about to name {directory.PathOf(name)}; if it never ends, a sweep removes {claim}.", e) { IsTransient = true, RetryAfter = NamingTime };
        }
        catch (OperationCanceledException)
        {
            _ = RemoveOnceMadeAsync(claiming, lease, claim);
            throw;
        }
    }

    private async Task RemoveOnceMadeAsync(Task claiming, SftpLease lease, string claim)
    {
        await claiming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (claiming.IsCompletedSuccessfully)
        {
            await RemoveAsync(lease, claim).ConfigureAwait(false);
        }
    }

    private async Task<bool> AskAsync(SftpLease lease, CancellationToken cancellationToken)
    {
        var (from, to) = (directory.PathOf(SftpLocations.NewPartName()), directory.PathOf(SftpLocations.NewPartName()));
        try
        {
            await MakeAsync(lease, from, cancellationToken).ConfigureAwait(false);
            await MakeAsync(lease, to, cancellationToken).ConfigureAwait(false);
            return await TryRenameAsync(lease, from, to, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await RemoveAsync(lease, from).ConfigureAwait(false);
            await RemoveAsync(lease, to).ConfigureAwait(false);
        }
    }

    private static async Task<bool> TryRenameAsync(SftpLease lease, string from, string to, CancellationToken cancellationToken)
    {
        try
        {
            await lease.RunAsync($"Renaming {from}", client => client.RenameFileAsync(from, to, cancellationToken)).ConfigureAwait(false);
            return true;
        }
        catch (StoreException e) when (SftpErrors.IsAnswer(e.InnerException) && e.Error is not (StoreError.AccessDenied or StoreError.Unsupported))
        {
            return false;
        }
    }

    private Task RenameAsync(SftpLease lease, string part, string name, CancellationToken cancellationToken) => lease.RunAsync(
        $"Naming {directory.PathOf(name)}", client => client.RenameFileAsync(part, directory.PathOf(name), cancellationToken));

    private static async Task MakeAsync(SftpLease lease, string path, CancellationToken cancellationToken)
    {
        var file = await lease.RunAsync<SftpFileStream>(
            $"Making {path}", client => client.OpenAsync(path, FileMode.CreateNew, FileAccess.Write, cancellationToken)).ConfigureAwait(false);
        await file.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RemoveAsync(SftpLease lease, string path)
    {
        using var patience = new CancellationTokenSource(SftpParts.Patience, time);
        try
        {
            await lease.RunAsync($"Removing {path}", client => client.DeleteFileAsync(path, patience.Token)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            // it was never made, or a sweep finds it
        }
    }

    // The name of an image may be as long as a file's name can be, so the claim on it is named by its digest.
    private static string ClaimOn(string name) =>
        SftpLocations.PartName($"claim-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16))}");

    private StoreException Taken(string name) => new(StoreError.AlreadyExists, $"There is an image at {directory.PathOf(name)} already.");
}
