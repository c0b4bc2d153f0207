using System.Data.Common;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>What a transfer holds its image by: a time in a row, moved on while the process lives. Whoever is killed stops moving it.</summary>
internal sealed class Lease : IAsyncDisposable
{
    private const int RenewalsPerLease = 3;

    private readonly ServiceDatabase _database;
    private readonly TimeSpan _length;
    private readonly TimeProvider _time;
    private readonly Func<DbSession, long, Task<int>> _renew;
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _lost;
    private readonly Task _renewing;

    /// <summary>Renews a lease that was written already, until it is disposed.</summary>
    /// <param name="database">Where it is.</param>
    /// <param name="length">How long it is each time.</param>
    /// <param name="time">The clock.</param>
    /// <param name="renew">Writes its new end and tells how many rows it was written to: none where it is lost.</param>
    /// <param name="cancellationToken">What ends the transfer beside the loss of the lease.</param>
    public Lease(ServiceDatabase database, TimeSpan length, TimeProvider time, Func<DbSession, long, Task<int>> renew, CancellationToken cancellationToken)
    {
        _database = database;
        _length = length;
        _time = time;
        _renew = renew;
        _lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _renewing = RenewAsync();
    }

    /// <summary>Cancelled where the image was deleted, or taken by somebody else, and where the token given was.</summary>
    public CancellationToken Token => _lost.Token;

    /// <summary>Whether it ended because the image is no longer this transfer's.</summary>
    public bool IsLost { get; private set; }

    public static long EndOf(TimeSpan length, TimeProvider time) => DbTime.Of(time.GetUtcNow() + length);

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _renewing;
        _ended.Dispose();
        _lost.Dispose();
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(_length / RenewalsPerLease, _time);
        var end = _time.GetUtcNow() + _length;
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                var next = _time.GetUtcNow() + _length;
                if (await TryRenewAsync(next) is { } renewed)
                {
                    end = next;
                    IsLost = !renewed;
                }

                // A database that does not answer is no reason to stop before others may take the image.
                IsLost |= _time.GetUtcNow() >= end;
                if (IsLost)
                {
                    await _lost.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The transfer has ended.
        }
    }

    private async Task<bool?> TryRenewAsync(DateTimeOffset until)
    {
        try
        {
            return await _database.WriteAsync(session => _renew(session, DbTime.Of(until)), _ended.Token) > 0;
        }
        catch (DbException)
        {
            return null;
        }
    }
}
