using System.Collections.Concurrent;
using Renci.SshNet;
using Renci.SshNet.Common;
using Renci.SshNet.Sftp;

namespace GlanceStore.Drivers.Sftp;

/// <summary>The handles that one file has open on one connection. The library has one request under way on a handle, so there are as many as requests.</summary>
internal sealed class SftpLane(SftpLease lease, string path, FileAccess access)
{
    private readonly ConcurrentBag<SftpFileStream> _free = [];
    private volatile int _handles;

    public SftpLease Lease => lease;

    /// <summary>How many handles there are.</summary>
    public int Handles => _handles;

    /// <summary>Makes the file, which must not be there.</summary>
    public Task CreateAsync(CancellationToken cancellationToken) => AddAsync(FileMode.CreateNew, cancellationToken);

    /// <summary>Opens one more handle, or says why the server refuses it.</summary>
    public async Task<StoreException?> TryOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AddAsync(FileMode.Open, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (StoreException e) when (SftpErrors.IsAnswer(e.InnerException))
        {
            return e;
        }
    }

    /// <summary>Writes pieces, one after the other, until there are none; where the server opens no handle for it, it leaves them to others and says why.</summary>
    /// <remarks>
    /// Cancelled, it returns at once and leaves its thread to a request that may never be answered. Such a thread holds a copy of the piece, and none of the
    /// caller's bytes.
    /// </remarks>
    public Task WriteAsync(SftpPieces pieces, ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken) => lease.RunAsync(
        $"Writing {path}",
        client => lease.Connection.Writers.RunAsync(() => Write(client, pieces, bytes, offset)).WaitAsync(cancellationToken));

    /// <summary>Reads pieces, one after the other, until there are none.</summary>
    public Task ReadAsync(SftpPieces pieces, Memory<byte> bytes, long offset, CancellationToken cancellationToken) => lease.RunAsync(
        $"Reading {path}", _ => ReadPiecesAsync(pieces, bytes, offset, cancellationToken));

    /// <summary>Closes the handles and says what went wrong: a server may fail a write as late as that.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        var handles = _free.ToArray();
        _free.Clear();
        await lease.RunAsync($"Closing {path}", _ => Task.WhenAll(handles.Select(handle => handle.DisposeAsync().AsTask())).WaitAsync(cancellationToken))
            .ConfigureAwait(false);
    }

    private void Write(SftpClient client, SftpPieces pieces, ReadOnlyMemory<byte> bytes, long offset)
    {
        if (Take(client, pieces) is not { } handle)
        {
            return;
        }

        try
        {
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
        catch when (lease.IsUsable)
        {
            // A handle keeps what it could not write, and would write it again before anything else.
            Interlocked.Decrement(ref _handles);
            CloseQuietly(handle);
            throw;
        }
    }

    private SftpFileStream? Take(SftpClient client, SftpPieces pieces)
    {
        if (_free.TryTake(out var free))
        {
            return free;
        }

        try
        {
            var handle = client.Open(path, FileMode.Open, access);
            Interlocked.Increment(ref _handles);
            return handle;
        }
        catch (SftpException e)
        {
            pieces.Leave(e);
            return null;
        }
    }

    private async Task ReadPiecesAsync(SftpPieces pieces, Memory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        // Never opened anew: the name may be another file's by now.
        if (!_free.TryTake(out var handle))
        {
            return;
        }

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

    private async Task AddAsync(FileMode mode, CancellationToken cancellationToken)
    {
        _free.Add(await lease.RunAsync($"Opening {path}", client => OpenAsync(client, mode, cancellationToken)).ConfigureAwait(false));
        lease.Habits.OpensSeveral |= Interlocked.Increment(ref _handles) > 1;
    }

    // The library asks for as much at a time as the client's setting says when a handle is opened.
    private Task<SftpFileStream> OpenAsync(SftpClient client, FileMode mode, CancellationToken cancellationToken)
    {
        client.BufferSize = (uint)(lease.Habits.ReadBytes ?? SftpHabits.LongReadBytes);
        return client.OpenAsync(path, mode, access, cancellationToken);
    }

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
