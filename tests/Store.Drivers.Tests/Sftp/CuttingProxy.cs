using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Drivers.Sftp;

/// <summary>
/// A TCP proxy before a local server. It cuts the first connection after so many bytes to the client, or holds every byte back for a
/// while in either direction, or from some byte on lets nothing through any more.
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
    private int _cuts;

    public CuttingProxy(int target, long cutAfter = long.MaxValue, TimeSpan delay = default)
    {
        (_target, _cutAfter, _delay) = (target, cutAfter, delay);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Cuts => _cuts;

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
        using (client)
        {
            try
            {
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, _target, _ending.Token);
                await Task.WhenAny(
                    CopyAsync(client.GetStream(), server.GetStream(), long.MaxValue),
                    CopyAsync(server.GetStream(), client.GetStream(), _cuts == 0 ? _cutAfter : long.MaxValue));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // one side is gone, and with it the other
            }
        }
    }

    // What was read waits in a queue until its time has come, so that a delay costs time and not throughput.
    private async Task CopyAsync(NetworkStream from, NetworkStream to, long most)
    {
        var queue = System.Threading.Channels.Channel.CreateBounded<(long Due, byte[] Bytes)>(4096);
        var sending = SendAsync(queue.Reader, to);
        var buffer = new byte[64 << 10];
        for (int count; (count = await from.ReadAsync(buffer, _ending.Token)) > 0;)
        {
            await queue.Writer.WriteAsync((Environment.TickCount64 + (long)_delay.TotalMilliseconds, buffer[..count]), _ending.Token);
            if ((most -= count) <= 0)
            {
                Interlocked.Increment(ref _cuts);
                return;
            }
        }

        queue.Writer.Complete();
        await sending;
    }

    private async Task SendAsync(System.Threading.Channels.ChannelReader<(long Due, byte[] Bytes)> queue, NetworkStream to)
    {
        await foreach (var (due, bytes) in queue.ReadAllAsync(_ending.Token))
        {
            if (due - Environment.TickCount64 is > 0 and var wait)
            {
                await Task.Delay((int)wait, _ending.Token);
            }

            await to.WriteAsync(bytes, _ending.Token);
        }
    }
}
