using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Drivers.Sftp;

/// <summary>
/// A TCP proxy before a local server. It cuts the first connection after so many bytes to the client, or holds every byte back for a
/// while in either direction, or holds all answers until so much was asked.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly int _target;
    private readonly long _cutAfter;
    private readonly TimeSpan _delay;
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Task _accepting;
    private volatile TaskCompletionSource _answering = new();
    private long _asked;
    private long _awaited;
    private int _connections;
    private int _cuts;

    public CuttingProxy(int target, long cutAfter = long.MaxValue, TimeSpan delay = default)
    {
        (_target, _cutAfter, _delay) = (target, cutAfter, delay);
        _answering.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

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

    public void Answer() => _answering.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Stop();
        await Task.WhenAll(_serving);
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            _serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        var most = Interlocked.Increment(ref _connections) == 1 ? _cutAfter : long.MaxValue;
        using (client)
        {
            try
            {
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, _target, _ending.Token);
                await Task.WhenAny(
                    AskAsync(client.GetStream(), server.GetStream()),
                    AnswerAsync(server.GetStream(), client.GetStream(), most));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // one side is gone, and with it the other
            }
        }
    }

    private Task AskAsync(NetworkStream client, NetworkStream server) => CopyAsync(client, server, count =>
    {
        if (Interlocked.Add(ref _asked, count) >= Interlocked.Read(ref _awaited))
        {
            Answer();
        }

        return true;
    }, () => Task.CompletedTask);

    private Task AnswerAsync(NetworkStream server, NetworkStream client, long most) => CopyAsync(server, client, count =>
    {
        most -= count;
        if (most <= 0)
        {
            Interlocked.Increment(ref _cuts);
        }

        return most > 0;
    }, () => _answering.Task);

    // What was read waits in a queue until its time has come, so that a delay costs time and not throughput.
    private async Task CopyAsync(NetworkStream from, NetworkStream to, Func<int, bool> read, Func<Task> ready)
    {
        var queue = System.Threading.Channels.Channel.CreateBounded<(long Due, byte[] Bytes)>(4096);
        var sending = SendAsync(queue.Reader, to, ready);
        var buffer = new byte[64 << 10];
        for (int count; (count = await from.ReadAsync(buffer, _ending.Token)) > 0;)
        {
            await queue.Writer.WriteAsync((Environment.TickCount64 + (long)_delay.TotalMilliseconds, buffer[..count]), _ending.Token);
            if (!read(count))
            {
                return;
            }
        }

        queue.Writer.Complete();
        await sending;
    }

    private async Task SendAsync(System.Threading.Channels.ChannelReader<(long Due, byte[] Bytes)> queue, NetworkStream to, Func<Task> ready)
    {
        await foreach (var (due, bytes) in queue.ReadAllAsync(_ending.Token))
        {
            if (due - Environment.TickCount64 is > 0 and var wait)
            {
                await Task.Delay((int)wait, _ending.Token);
            }

            await ready().WaitAsync(_ending.Token);
            await to.WriteAsync(bytes, _ending.Token);
        }
    }
}
