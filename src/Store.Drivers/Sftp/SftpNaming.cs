using System.Security.Cryptography;
using System.Text;
using Renci.SshNet;

namespace GlanceStore.Drivers.Sftp;

/// <summary>
/// Gives a finished part its name, which is the step that publishes it. How a new image is kept from replacing another depends on the
/// server, since the protocol leaves open what a rename does where the name is taken: that is asked of it once.
/// </summary>
internal sealed class SftpNaming(SftpDirectory directory, SftpHabits habits, SftpParts parts)
{
    // A few round trips, to a server that is far away and busy.
    private static readonly TimeSpan NamingTime = TimeSpan.FromMilliseconds(500);

    /// <summary>Names a part where the name is free.</summary>
    public Task CreateAsync(SftpLease lease, string part, string name, CancellationToken cancellationToken) => habits.RenameReplaces == false
        ? RenameToFreeAsync(lease, part, name, cancellationToken)
        : CreateClaimedAsync(lease, part, name, cancellationToken);

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

    private async Task ReplaceWithoutPosixAsync(SftpLease lease, string part, string name, StoreException reason, CancellationToken cancellationToken)
    {
        if (habits.RenameReplaces == true)
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

    // Where a rename would replace, or may, the right to name comes from a file that only one can make.
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
            await parts.RemoveAsync(lease, claim).ConfigureAwait(false);
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
        catch (StoreException e) when (SftpErrors.MayBeTaken(e))
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
            await parts.RemoveAsync(lease, claim).ConfigureAwait(false);
        }
    }

    private Task RenameAsync(SftpLease lease, string part, string name, CancellationToken cancellationToken) => lease.RunAsync(
        $"Naming {directory.PathOf(name)}", client => client.RenameFileAsync(part, directory.PathOf(name), cancellationToken));

    // With a byte in it: there are servers that make no file of nothing.
    private static async Task MakeAsync(SftpLease lease, string path, CancellationToken cancellationToken)
    {
        await lease.OpenAsync(() => lease.RunAsync($"Making {path}", client => MakeAsync(client, path, cancellationToken)), cancellationToken).ConfigureAwait(false);
        lease.CountOut();
    }

    private static async Task MakeAsync(SftpClient client, string path, CancellationToken cancellationToken)
    {
        var file = await client.OpenAsync(path, FileMode.CreateNew, FileAccess.Write, cancellationToken).ConfigureAwait(false);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(new byte[1], cancellationToken).ConfigureAwait(false);
        }
    }

    // The name of an image may be as long as a file's name can be, so the claim on it is named by its digest.
    private static string ClaimOn(string name) =>
        SftpLocations.PartName($"claim-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16))}");

    private StoreException Taken(string name) => new(StoreError.AlreadyExists, $"There is an image at {directory.PathOf(name)} already.");
}
