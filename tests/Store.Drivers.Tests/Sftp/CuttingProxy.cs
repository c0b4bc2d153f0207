using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Drivers.Sftp;

/// <summary>
/// A TCP proxy before a local server. It cuts the first connection after so many bytes to the client, or holds every byte back for a
/// while in either direction, or holds all answers until so much was asked.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly LoopbackListener _listener;
    private readonly int _target;
    private readonly long _cutAfter;
    private readonly TimeSpan _delay;
    private volatile TaskCompletionSource _answering = new();
    private long _asked;
    private long _awaited;
    private CancellationTokenSource _cut = new();
    private int _connections;
    private int _cuts;

    public CuttingProxy(int target, long cutAfter = long.MaxValue, TimeSpan delay = default)
    {
        (_target, _cutAfter, _delay) = (target, cutAfter, delay);
        _answering.SetResult();
        _listener = new LoopbackListener(ServeAsync);
    }

    public int Port => _listener.Port;

    public int Cuts => _cuts;

    /// <summary>How many bytes have come from clients since <see cref="HoldAnswers"/>.</summary>
    public long Asked => Interlocked.Read(ref _asked);

    /// <summary>Lets no answer through until so many bytes have come from clients.</summary>
    public void HoldAnswers(long bytes)
    {
        Interlocked.Exchange(ref _asked, 0);
        Interlocked.Exchange(ref _awaited, bytes);
        _answering = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Cuts every connection there is.</summary>
    public void CutAll() => Interlocked.Exchange(ref _cut, new CancellationTokenSource()).Cancel();

    public void Answer() => _answering.TrySetResult();

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    // Where one side is gone, the other goes with it.
    private async Task ServeAsync(TcpClient client, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, _cut.Token);
        var stop = either.Token;
        using var server = new TcpClient();
        var most = Interlocked.Increment(ref _connections) == 1 ? _cutAfter : long.MaxValue;
        client.NoDelay = server.NoDelay = true;
        await server.ConnectAsync(IPAddress.Loopback, _target, stop);
        await Task.WhenAny(
            AskAsync(client.GetStream(), server.GetStream(), stop),
            AnswerAsync(server.GetStream(), client.GetStream(), most, stop));
    }

    private Task AskAsync(NetworkStream client, NetworkStream server, CancellationToken stop) => CopyAsync(client, server, count =>
    {
        if (Interlocked.Add(ref _asked, count) >= Interlocked.Read(ref _awaited))
        {
            Answer();
        }

        return true;
    }, () => Task.CompletedTask, stop);

    private Task AnswerAsync(NetworkStream server, NetworkStream client, long most, CancellationToken stop) => CopyAsync(server, client, count =>
    {
        most -= count;
        if (most <= 0)
        {
            Interlocked.Increment(ref _cuts);
        }

        return most > 0;
    }, () => _answering.Task, stop);

    // What was read waits in a queue until its time has come, so that a delay costs time and not throughput.
    private async Task CopyAsync(NetworkStream from, NetworkStream to, Func<int, bool> read, Func<Task> ready, CancellationToken stop)
    {
        var queue = System.Threading.Channels.Channel.CreateBounded<(long Due, byte[] Bytes)>(4096);
        var sending = SendAsync(queue.Reader, to, ready, stop);
        var buffer = new byte[64 << 10];
        for (int count; (count = await from.ReadAsync(buffer, stop)) > 0;)
        {
            await queue.Writer.WriteAsync((Environment.TickCount64 + (long)_delay.TotalMilliseconds, buffer[..count]), stop);
            if (!read(count))
            {
                return;
            }
        }

        queue.Writer.Complete();
        await sending;
    }

    private static async Task SendAsync(
        System.Threading.Channels.ChannelReader<(long Due, byte[] Bytes)> queue, NetworkStream to, Func<Task> ready, CancellationToken stop)
    {
        await foreach (var (due, bytes) in queue.ReadAllAsync(stop))
        {
            if (due - Environment.TickCount64 is > 0 and var wait)
            {
                await Task.Delay((int)wait, stop);
            }

            await ready().WaitAsync(stop);
            await to.WriteAsync(bytes, stop);
        }
    }
}
