using System.Runtime.CompilerServices;

namespace GlanceStore.Drivers.Sftp;

public sealed partial class SftpDriver
{
    /// <inheritdoc/>
    /// <remarks>
    /// An upload that is under way writes to its part all the time, so that its age tells it from what was left behind; a part whose age the server does not tell is
    /// left alone.
    /// </remarks>
    public async IAsyncEnumerable<Leftover> SweepAsync(
        DateTimeOffset before, SweepMode mode, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var lease = await _store.Connections.LeaseAsync(cancellationToken).ConfigureAwait(false);
        var parts = await _store.Directory.ListAsync(
            lease, file => SftpLocations.IsPart(file.Name) && SftpAttributes.LastWritten(file.Attributes) < before, cancellationToken).ConfigureAwait(false);
        foreach (var part in parts)
        {
            if (mode == SweepMode.Remove && !await _store.Directory.DeleteAsync(lease, part.Name, cancellationToken).ConfigureAwait(false))
            {
                continue; // another sweep was first
            }

            yield return LeftoverOf(part);
        }
    }
}
