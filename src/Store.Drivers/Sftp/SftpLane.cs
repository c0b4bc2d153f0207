using System.Collections.Concurrent;
using Renci.SshNet;
using Renci.SshNet.Sftp;

namespace GlanceStore.Drivers.Sftp;

/// <summary>The handles that one file has open on one connection. The library has one request under way on a handle, so there are as many as requests.</summary>
internal sealed class SftpLane(SftpLease lease, string path, FileAccess access)
{
    private readonly ConcurrentBag<SftpFileStream> _free = [];

    public SftpLease Lease => lease;

    /// <summary>Makes the file, which must not be there.</summary>
    public Task CreateAsync(CancellationToken cancellationToken) => AddAsync(FileMode.CreateNew, cancellationToken);

    public Task OpenAsync(CancellationToken cancellationToken) => AddAsync(FileMode.Open, cancellationToken);

    /// <summary>Writes pieces, one after the other, until there are none.</summary>
    /// <remarks>
    /// Cancelled, it returns at once and leaves its thread to a request that may never be answered. Such a thread holds a copy of the piece, and none of the
    /// caller's bytes.
    /// </remarks>
    public Task WriteAsync(SftpPieces pieces, ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken) => lease.RunAsync(
        $"Writing {path}",
        client => lease.Connection.Writers.RunAsync(() => Write(client, pieces, bytes, offset)).WaitAsync(cancellationToken));

    /// <summary>Reads pieces, one after the other, until there are none.</summary>
    public Task ReadAsync(SftpPieces pieces, Memory<byte> bytes, long offset, CancellationToken cancellationToken) => lease.RunAsync(
        $"Reading {path}",
        client => ReadAsync(client, pieces, bytes, offset, cancellationToken));

    /// <summary>Closes the handles and says what went wrong: a server may fail a write as late as that.</summary>
    public Task CloseAsync(CancellationToken cancellationToken)
    {
        var handles = _free.ToArray();
        _free.Clear();
        return lease.RunAsync($"Closing {path}", _ => Task.WhenAll(handles.Select(handle => handle.DisposeAsync().AsTask())).WaitAsync(cancellationToken));
    }

    private void Write(SftpClient client, SftpPieces pieces, ReadOnlyMemory<byte> bytes, long offset)
    {
        SftpFileStream? handle = null;
        try
        {
            handle = _free.TryTake(out var free) ? free : client.Open(path, FileMode.Open, access);
            while (pieces.TryTake((start, length) =>
            {
                handle.Seek(offset + start, SeekOrigin.Begin);
                handle.Write(bytes.Span.Slice(start, length));
            }))
            {
                handle.Flush();
            }

            _free.Add(handle);
        }
        catch when (handle is not null && lease.IsUsable)
        {
            // A handle keeps what it could not write, and would write it again before anything else.
            CloseQuietly(handle);
            throw;
        }
    }

    private async Task ReadAsync(SftpClient client, SftpPieces pieces, Memory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        var handle = _free.TryTake(out var free) ? free : await client.OpenAsync(path, FileMode.Open, access, cancellationToken).ConfigureAwait(false);
        try
        {
            var (at, rest) = (0L, Memory<byte>.Empty);
            while (pieces.TryTake((start, length) => (at, rest) = (offset + start, bytes.Slice(start, length))))
            {
                handle.Seek(at, SeekOrigin.Begin);
                while (rest.Length > 0)
                {
                    var count = await handle.ReadAsync(rest, cancellationToken).ConfigureAwait(false);
                    (at, rest) = count > 0 ? (at + count, rest[count..]) : throw Ended(at);
                }
            }
        }
        finally
        {
            _free.Add(handle);
        }
    }

    private async Task AddAsync(FileMode mode, CancellationToken cancellationToken) =>
        _free.Add(await lease.RunAsync($"Opening {path}", client => client.OpenAsync(path, mode, access, cancellationToken)).ConfigureAwait(false));

    private static void CloseQuietly(SftpFileStream handle)
    {
        try
        {
            handle.Dispose();
        }
        catch (Exception e) when (SftpErrors.From(e, "") is not null)
        {
            // what it could not write before it cannot write now
        }
    }

    private StoreException Ended(long offset) =>
        new(StoreError.Unavailable, $"Reading {path} failed: the server ended it at byte {offset}.") { IsTransient = true };
}
