using System.Security.Cryptography;
using Renci.SshNet.Sftp;

namespace GlanceStore.Drivers.Sftp;

/// <summary>A small file that is written through several handles and read back.</summary>
internal sealed class SftpProbeFile(string path, TimeProvider time)
{
    // Within one block of whatever keeps it, so that handles with blocks of their own overwrite each other.
    private const int PieceBytes = 100;

    public string Path => path;

    /// <summary>Makes the file, writes a piece through each handle while all are open, closes them in turn, and tells whether all of it is there.</summary>
    /// <param name="leases">The connection of each handle.</param>
    /// <param name="lastFirst">Whether the handle that was opened last is closed first.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<bool> WriteAsync(IReadOnlyList<SftpLease> leases, bool lastFirst, CancellationToken cancellationToken)
    {
        var bytes = RandomNumberGenerator.GetBytes(PieceBytes * leases.Count);
        var handles = new List<(SftpLease Lease, SftpFileStream Stream)>();
        await leases[0].OpenAsync(async () => handles.Add(await OpenAsync(leases[0], FileMode.CreateNew, cancellationToken).ConfigureAwait(false)), cancellationToken)
            .ConfigureAwait(false);
        try
        {
            return await TryWriteAsync(leases, handles, lastFirst, bytes, cancellationToken).ConfigureAwait(false)
                && (leases.Count == 1 || await HoldsAsync(leases[0], bytes, cancellationToken).ConfigureAwait(false));
        }
        catch (StoreException e) when (SftpErrors.IsAnswer(e.InnerException) || e.Error == StoreError.Unsupported)
        {
            return false;
        }
        finally
        {
            await CloseAsync(handles).ConfigureAwait(false);
            leases[0].CountOut();
        }
    }

    private async Task<bool> TryWriteAsync(
        IReadOnlyList<SftpLease> leases, List<(SftpLease Lease, SftpFileStream Stream)> handles, bool lastFirst, byte[] bytes, CancellationToken cancellationToken)
    {
        await WriteAsync(handles[0], 0, bytes, cancellationToken).ConfigureAwait(false);
        for (var number = 1; number < leases.Count; number++)
        {
            handles.Add(await OpenAsync(leases[number], FileMode.Open, cancellationToken).ConfigureAwait(false));
            await WriteAsync(handles[number], number, bytes, cancellationToken).ConfigureAwait(false);
        }

        if (lastFirst)
        {
            handles.Reverse();
        }

        while (handles.Count > 0)
        {
            var (lease, stream) = handles[0];
            handles.RemoveAt(0);
            await CloseAsync(lease, stream).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async Task<(SftpLease, SftpFileStream)> OpenAsync(SftpLease lease, FileMode mode, CancellationToken cancellationToken) => (lease,
        await lease.RunAsync($"Making {path}", client => client.OpenAsync(path, mode, FileAccess.Write, cancellationToken)).ConfigureAwait(false));

    private Task WriteAsync((SftpLease Lease, SftpFileStream Stream) handle, int number, byte[] bytes, CancellationToken cancellationToken) =>
        handle.Lease.RunAsync($"Writing {path}", async _ =>
        {
            if (number > 0)
            {
                handle.Stream.Seek(number * PieceBytes, SeekOrigin.Begin);
            }

            await handle.Stream.WriteAsync(bytes.AsMemory(number * PieceBytes, PieceBytes), cancellationToken).ConfigureAwait(false);
            await handle.Stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        });

    private async Task<bool> HoldsAsync(SftpLease lease, byte[] bytes, CancellationToken cancellationToken)
    {
        var (_, stream) = await OpenToReadAsync(lease, cancellationToken).ConfigureAwait(false);
        try
        {
            var held = new byte[bytes.Length + 1];
            var count = await lease.RunAsync($"Reading {path}", _ => stream.ReadAtLeastAsync(held, held.Length, throwOnEndOfStream: false, cancellationToken).AsTask())
                .ConfigureAwait(false);
            return held.AsSpan(0, count).SequenceEqual(bytes);
        }
        finally
        {
            await CloseAsync([(lease, stream)]).ConfigureAwait(false);
        }
    }

    private async Task<(SftpLease, SftpFileStream)> OpenToReadAsync(SftpLease lease, CancellationToken cancellationToken) => (lease,
        await lease.RunAsync($"Opening {path}", client =>
        {
            client.BufferSize = SftpHabits.PlainBytes;
            return client.OpenAsync(path, FileMode.Open, FileAccess.Read, cancellationToken);
        }).ConfigureAwait(false));

    private Task CloseAsync(SftpLease lease, SftpFileStream stream) => lease.RunAsync($"Closing {path}", _ => stream.DisposeAsync().AsTask());

    private async Task CloseAsync(List<(SftpLease Lease, SftpFileStream Stream)> handles)
    {
        foreach (var (lease, stream) in handles)
        {
            await CloseAsync(lease, stream).WaitAsync(SftpFile.ClosingTime, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
