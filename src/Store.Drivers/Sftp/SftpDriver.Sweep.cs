using System.Runtime.CompilerServices;
using Renci.SshNet.Sftp;

namespace GlanceStore.Drivers.Sftp;

public sealed partial class SftpDriver
{
    /// <inheritdoc/>
    /// <remarks>An upload that is under way writes to its part all the time, so that its age tells it from what was left behind.</remarks>
    public async IAsyncEnumerable<Leftover> SweepAsync(
        DateTimeOffset before, SweepMode mode, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var lease = await _store.Connections.LeaseAsync(cancellationToken).ConfigureAwait(false);
        foreach (var part in await PartsAsync(lease, before, cancellationToken).ConfigureAwait(false))
        {
            if (mode == SweepMode.Remove && !await _store.Directory.DeleteAsync(lease, part.Name, cancellationToken).ConfigureAwait(false))
            {
                continue; // another sweep was first
            }

            var found = SftpStore.Describe(LocationOf(new ImageId("part")), part.Attributes);
            yield return new Leftover(_store.Directory.PathOf(part.Name), found.Size, found.LastModified!.Value);
        }
    }

    private async Task<List<ISftpFile>> PartsAsync(SftpLease lease, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var directory = _store.Options.Directory;
        if (!await _store.Directory.ExistsAsync(lease, cancellationToken).ConfigureAwait(false))
        {
            return [];
        }

        return await lease.RunAsync($"Listing {directory}", async client =>
        {
            var parts = new List<ISftpFile>();
            await foreach (var file in client.ListDirectoryAsync(directory, cancellationToken).ConfigureAwait(false))
            {
                if (SftpLocations.IsPart(file.Name) && file.Attributes.IsRegularFile && file.Attributes.LastWriteTimeUtc < before.UtcDateTime)
                {
                    parts.Add(file);
                }
            }

            return parts;
        }).ConfigureAwait(false);
    }
}
