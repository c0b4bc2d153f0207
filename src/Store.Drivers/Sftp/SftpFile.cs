using System.Runtime.ExceptionServices;

namespace GlanceStore.Drivers.Sftp;

/// <summary>
/// A file on the server, open on one connection or on several. Its bytes move in pieces of the length of one request, at their own offsets, as
/// many at once as there are handles: straight from and into the front's buffers, and never further than those.
/// </summary>
internal sealed class SftpFile(IReadOnlyList<SftpLease> leases, string path, FileAccess access, int most, TimeProvider time) : IAsyncDisposable
{
    // 32 KiB less a request's header: the most OpenSSH takes in one packet.
    private const int WritePieceBytes = (32 << 10) - 64;

    // What the library leaves of an answer for its header.
    private const int AnswerHeaderBytes = 13;

    // A second connection is worth its making where more than this is moved.
    private const long LargeBytes = 8 << 20;

    // A handle that stays open ends with its connection.
    public static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(5);

    // How long whoever has read waits for the closing, which then goes on by itself: a read that is cancelled ends within a second.
    private static readonly TimeSpan ReadersPatience = TimeSpan.FromMilliseconds(400);

    private readonly SftpLane[] _lanes = [.. leases.Select(lease => new SftpLane(lease, path, access))];
    private readonly int _readPieceBytes = ReadPieceBytes(leases[0].Habits);
    private readonly List<SftpLease> _counted = [];

    /// <summary>For what is done to the file by its name.</summary>
    public SftpLease Lease => leases[0];

    public bool IsUsable => leases.All(lease => lease.IsUsable);

    /// <summary>
    /// On how many connections to open a file of so many bytes, null where that is not known: two, since a connection encrypts on one core here and on one there.
    /// </summary>
    public static int ConnectionsFor(long? bytes, SftpDriverOptions options) =>
        bytes <= LargeBytes ? 1 : Math.Min(2, Math.Min(options.MaxConnections, options.MaxRequests));

    /// <summary>How many requests it takes to read so many bytes at the full rate.</summary>
    public static int RequestsFor(long bytes, int most, SftpHabits habits) => Math.Clamp(SftpPieces.CountOf(bytes, ReadPieceBytes(habits)), 1, most);

    /// <summary>Makes the file, which must not be there.</summary>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        await Lease.OpenAsync(() => _lanes[0].CreateAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        Count();
    }

    /// <summary>Opens every handle there will be: as many as were asked for, or those the server does not refuse.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await Lease.OpenAsync(() => OpenAllAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        Count();
    }

    /// <summary>
    /// Whether so many bytes can be read with requests as long as the handles ask for. The first read of all finds out, and where the server does not take
    /// it, the next handles ask for less.
    /// </summary>
    public async ValueTask<bool> IsReadableAsync(long offset, long bytes, CancellationToken cancellationToken)
    {
        var habits = Lease.Habits;
        if (bytes == 0 || habits.ReadBytes is not null)
        {
            return true;
        }

        try
        {
            await ReadAsync(new byte[1], offset, cancellationToken).ConfigureAwait(false);
            habits.ReadBytes ??= SftpHabits.LongReadBytes;
            return true;
        }
        catch (StoreException e) when (SftpErrors.IsAnswer(e.InnerException) && habits.ReadBytes is null)
        {
            habits.ReadBytes = SftpHabits.PlainBytes;
            return false;
        }
    }

    /// <summary>Writes the bytes. Nothing of the caller's is touched any more when it ends, however it ends.</summary>
    public Task WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        var pieces = new SftpPieces(bytes.Length, WritePieceBytes);
        return MoveAsync(pieces, Lanes(_ => most), lane => lane.WriteAsync(pieces, bytes, offset, cancellationToken), cancellationToken);
    }

    /// <summary>Fills the buffer. Nothing of the caller's is touched any more when it ends, however it ends.</summary>
    public Task ReadAsync(Memory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        var pieces = new SftpPieces(bytes.Length, _readPieceBytes);
        return MoveAsync(pieces, Lanes(lane => lane.Handles), lane => lane.ReadAsync(pieces, bytes, offset, cancellationToken), cancellationToken);
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
        var ending = EndAsync();
        var patience = access == FileAccess.Read ? ReadersPatience : Timeout.InfiniteTimeSpan;
        await ending.WaitAsync(patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task EndAsync()
    {
        await CloseQuietlyAsync().ConfigureAwait(false);
        _counted.ForEach(lease => lease.CountOut());
        _counted.Clear();
        foreach (var lease in leases)
        {
            lease.Dispose();
        }
    }

    private void Count()
    {
        var beside = _lanes.Skip(1).Where(lane => lane.Handles > 0).Select(lane => lane.Lease).ToList();
        beside.ForEach(lease => lease.CountIn());
        _counted.AddRange([Lease, .. beside]);
    }

    private static int ReadPieceBytes(SftpHabits habits) => (habits.ReadBytes ?? SftpHabits.LongReadBytes) - AnswerHeaderBytes;

    // Who moves pieces: handle by handle, the lanes in turn.
    private IEnumerable<SftpLane> Lanes(Func<SftpLane, int> handles) =>
        Enumerable.Range(0, most).Where(number => number / _lanes.Length < handles(LaneOf(number))).Select(LaneOf);

    private SftpLane LaneOf(int number) => _lanes[number % _lanes.Length];

    private async Task OpenAllAsync(CancellationToken cancellationToken)
    {
        var refusals = await Task.WhenAll(Enumerable.Range(0, Lease.Habits.OpensOne ? 1 : most)
            .Select(number => LaneOf(number).TryOpenAsync(cancellationToken))).ConfigureAwait(false);
        var opened = refusals.Count(refusal => refusal is null);
        if (opened == 0)
        {
            throw refusals[0]!;
        }

        Lease.Habits.OpensOne |= opened == 1 && opened < refusals.Length;
    }

    private async Task MoveAsync(SftpPieces pieces, IEnumerable<SftpLane> lanes, Func<SftpLane, Task> move, CancellationToken cancellationToken)
    {
        ExceptionDispatchInfo? first = null;
        await Task.WhenAll(lanes.Take(pieces.Count).Select(MoveOnAsync)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        first?.Throw();
        if (pieces.Left is { } refused)
        {
            throw SftpErrors.From(refused, $"Opening {path}") ?? refused;
        }

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
