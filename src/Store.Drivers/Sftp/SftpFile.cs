using System.Runtime.ExceptionServices;

namespace GlanceStore.Drivers.Sftp;

/// <summary>
/// A file on the server, open on one connection or on several. Its bytes move in pieces of the length of one request, at their own offsets, as
/// many at once as there are handles: straight from and into the front's buffers, and never further than those.
/// </summary>
internal sealed class SftpFile(IReadOnlyList<SftpLease> leases, string path, FileAccess access, int most, TimeProvider time) : IAsyncDisposable
{
    // 32 KiB less a request's header: the most OpenSSH takes in one packet. Answers may be twice as long.
    private const int WritePieceBytes = (32 << 10) - 64;
    private const int ReadPieceBytes = (64 << 10) - 13;

    // A second connection is worth its making where more than this is moved.
    private const long LargeBytes = 8 << 20;

    // A handle that stays open ends with its connection.
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(5);

    private readonly SftpLane[] _lanes = [.. leases.Select(lease => new SftpLane(lease, path, access))];

    /// <summary>For what is done to the file by its name.</summary>
    public SftpLease Lease => leases[0];

    public bool IsUsable => leases.All(lease => lease.IsUsable);

    /// <summary>
    /// On how many connections to open a file of so many bytes, null where that is not known: two, since a connection encrypts on one core here and on one there.
    /// </summary>
    public static int ConnectionsFor(long? bytes, SftpDriverOptions options) =>
        bytes <= LargeBytes ? 1 : Math.Min(2, Math.Min(options.MaxConnections, options.MaxRequests));

    /// <summary>How many requests it takes to read so many bytes at the full rate.</summary>
    public static int RequestsFor(long bytes, int most) => Math.Clamp(SftpPieces.CountOf(bytes, ReadPieceBytes), 1, most);

    /// <summary>Makes the file, which must not be there.</summary>
    public Task CreateAsync(CancellationToken cancellationToken) => _lanes[0].CreateAsync(cancellationToken);

    /// <summary>Opens every handle there will be.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, most).Select(number => LaneOf(number).OpenAsync(cancellationToken)));

    /// <summary>Writes the bytes. Nothing of the caller's is touched any more when it ends, however it ends.</summary>
    public Task WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        var pieces = new SftpPieces(bytes.Length, WritePieceBytes);
        return MoveAsync(pieces, lane => lane.WriteAsync(pieces, bytes, offset, cancellationToken), cancellationToken);
    }

    /// <summary>Fills the buffer. Nothing of the caller's is touched any more when it ends, however it ends.</summary>
    public Task ReadAsync(Memory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        var pieces = new SftpPieces(bytes.Length, ReadPieceBytes);
        return MoveAsync(pieces, lane => lane.ReadAsync(pieces, bytes, offset, cancellationToken), cancellationToken);
    }

    /// <summary>Closes the handles and says what went wrong: a server may fail a write as late as that.</summary>
    public Task CloseAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_lanes.Where(lane => lane.Lease.IsUsable).Select(lane => lane.CloseAsync(cancellationToken)));

    /// <summary>Closes the handles, whatever goes wrong, and waits for no server that answers nothing any more: its connection is given up.</summary>
    public async Task CloseQuietlyAsync()
    {
        using var limit = new CancellationTokenSource(ClosingTime, time);
        await CloseAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Closes the handles, except on a connection that is given up, with which they end anyway; and gives the connections back.</summary>
    public async ValueTask DisposeAsync()
    {
        await CloseQuietlyAsync().ConfigureAwait(false);
        foreach (var lease in leases)
        {
            lease.Dispose();
        }
    }

    private SftpLane LaneOf(int number) => _lanes[number % _lanes.Length];

    private async Task MoveAsync(SftpPieces pieces, Func<SftpLane, Task> move, CancellationToken cancellationToken)
    {
        ExceptionDispatchInfo? first = null;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(pieces.Count, most)).Select(number => MoveOnAsync(LaneOf(number)))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        first?.Throw();

        async Task MoveOnAsync(SftpLane lane)
        {
            try
            {
                await move(lane).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(e), null);
                pieces.Stop();
            }
        }
    }
}
