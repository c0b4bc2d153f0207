using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Renci.SshNet.Sftp;

namespace GlanceStore.Drivers.Sftp;

/// <summary>
/// Open handles of one file on one connection. The library has one request under way on a handle, so as many handles as requests are
/// wanted at once; each moves pieces of the length of one request, at their own offsets.
/// </summary>
internal sealed class SftpHandles(SftpLease lease, string path, FileAccess access, int most) : IAsyncDisposable
{
    // 32 KiB less a request's header: the most OpenSSH takes in one packet. Answers may be twice as long.
    private const int WritePieceBytes = (32 << 10) - 64;
    private const int ReadPieceBytes = (64 << 10) - 13;

    private readonly ConcurrentBag<SftpFileStream> _free = [];
    private readonly SemaphoreSlim _room = new(most, most);

    public bool IsUsable => lease.IsUsable;

    /// <summary>How many handles it takes to read so many bytes at the full rate.</summary>
    public static int HandlesFor(long bytes, int most) => (int)Math.Clamp((bytes + ReadPieceBytes - 1) / ReadPieceBytes, 1, most);

    /// <summary>Makes the file, which must not be there.</summary>
    public Task CreateAsync(CancellationToken cancellationToken) => AddAsync(FileMode.CreateNew, cancellationToken);

    /// <summary>Opens so many handles at once.</summary>
    public Task OpenAsync(int count, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => AddAsync(FileMode.Open, cancellationToken)));

    public Task WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken) =>
        MoveAsync(bytes.Length, WritePieceBytes, async (handle, piece, token) =>
        {
            await lease.Connection.Writes.WaitAsync(token).ConfigureAwait(false);
            try
            {
                handle.Seek(offset + piece.Offset, SeekOrigin.Begin);
                await handle.WriteAsync(bytes.Slice(piece.Offset, piece.Length), token).ConfigureAwait(false);
                await handle.FlushAsync(token).ConfigureAwait(false);
            }
            finally
            {
                lease.Connection.Writes.Release();
            }
        }, cancellationToken);

    public Task ReadAsync(Memory<byte> bytes, long offset, CancellationToken cancellationToken) =>
        MoveAsync(bytes.Length, ReadPieceBytes, async (handle, piece, token) =>
        {
            handle.Seek(offset + piece.Offset, SeekOrigin.Begin);
            for (var rest = bytes.Slice(piece.Offset, piece.Length); rest.Length > 0;)
            {
                var count = await handle.ReadAsync(rest, token).ConfigureAwait(false);
                rest = count > 0 ? rest[count..] : throw Ended(offset + piece.Offset + piece.Length - rest.Length);
            }
        }, cancellationToken);

    /// <summary>Closes the handles; not where the connection is given up, with which they end anyway.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_free.Select(CloseAsync)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _free.Clear();
        _room.Dispose();
    }

    /// <summary>Closes the handles and says what went wrong: a server may fail a write as late as that.</summary>
    public async Task CloseAllAsync()
    {
        var handles = _free.ToArray();
        _free.Clear();
        await lease.RunAsync($"Closing {path}", _ => Task.WhenAll(handles.Select(handle => handle.DisposeAsync().AsTask()))).ConfigureAwait(false);
    }

    private async Task MoveAsync(
        int length, int pieceBytes, Func<SftpFileStream, Piece, CancellationToken, Task> move, CancellationToken cancellationToken)
    {
        var pieces = new Pieces(length, pieceBytes);
        ExceptionDispatchInfo? first = null;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(pieces.Count, most)).Select(_ => WorkAsync())).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        first?.Throw();

        async Task WorkAsync()
        {
            try
            {
                await lease.RunAsync($"{(access == FileAccess.Read ? "Reading" : "Writing")} {path}", _ => MoveOnAsync(pieces, move, cancellationToken))
                    .ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(e), null);
                pieces.Stop();
            }
        }
    }

    private async Task MoveOnAsync(Pieces pieces, Func<SftpFileStream, Piece, CancellationToken, Task> move, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
        SftpFileStream? handle = null;
        try
        {
            while (pieces.TryTake(out var piece))
            {
                handle ??= _free.TryTake(out var free) ? free : await OpenAsync(FileMode.Open, cancellationToken).ConfigureAwait(false);
                await move(handle, piece, cancellationToken).ConfigureAwait(false);
            }

            if (handle is not null)
            {
                _free.Add(handle);
            }
        }
        catch when (handle is not null && !cancellationToken.IsCancellationRequested)
        {
            // A handle keeps what it could not write, and would write it again before anything else. After a cancellation it ends with
            // the connection: to close it would be to wait for a server that may not answer.
            await CloseAsync(handle).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task AddAsync(FileMode mode, CancellationToken cancellationToken) =>
        _free.Add(await OpenAsync(mode, cancellationToken).ConfigureAwait(false));

    private Task<SftpFileStream> OpenAsync(FileMode mode, CancellationToken cancellationToken) =>
        lease.RunAsync($"Opening {path}", client => client.OpenAsync(path, mode, access, cancellationToken));

    private async Task CloseAsync(SftpFileStream handle)
    {
        if (lease.IsUsable)
        {
            await handle.DisposeAsync().ConfigureAwait(false);
        }
    }

    private StoreException Ended(long offset) =>
        new(StoreError.Unavailable, $"Reading {path} failed: the server ended it at byte {offset}.") { IsTransient = true };

    private readonly record struct Piece(int Offset, int Length);

    private sealed class Pieces(int length, int pieceBytes)
    {
        private int _taken;

        public int Count { get; } = (int)(((long)length + pieceBytes - 1) / pieceBytes);

        public void Stop() => Volatile.Write(ref _taken, Count);

        public bool TryTake(out Piece piece)
        {
            var index = Interlocked.Increment(ref _taken) - 1;
            var offset = index < Count ? index * pieceBytes : length;
            piece = new Piece(offset, Math.Min(pieceBytes, length - offset));
            return index < Count;
        }
    }
}
