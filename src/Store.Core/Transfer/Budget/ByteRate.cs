namespace GlanceStore.Transfer;

/// <summary>Keeps readers to a number of bytes a second, on the average: whoever has read waits until it is paid for.</summary>
/// <param name="bytesPerSecond">The rate; null for no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class ByteRate(long? bytesPerSecond, TimeProvider time)
{
    // A timer fires late, and a wait shorter than this is not worth one. What a late one lost may be made up for, and no more.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(10);

    // No timer waits for longer than 49 days. What is not waited for now is owed by whoever pays next.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(49);

    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _paidUntil;

    /// <summary>Waits until the bytes that were read have their time.</summary>
    public Task PayAsync(int bytes, CancellationToken cancellationToken) =>
        bytesPerSecond is { } rate && Owed(TimeSpan.FromSeconds((double)bytes / rate)) is var wait && wait >= ShortestWait
            ? Task.Delay(wait < LongestWait ? wait : LongestWait, time, cancellationToken)
            : Task.CompletedTask;

    private TimeSpan Owed(TimeSpan cost)
    {
        lock (_gate)
        {
            var now = time.GetElapsedTime(_start);
            var earliest = now > Slack ? now - Slack : TimeSpan.Zero;
            _paidUntil = (_paidUntil > earliest ? _paidUntil : earliest) + cost;
            return _paidUntil - now;
        }
    }
}
