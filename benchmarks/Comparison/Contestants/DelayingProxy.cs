using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace GlanceStore.Benchmarks.Comparison.Contestants;

/// <summary>A server that is far away: a TCP proxy which hands on every byte a while after it came. It ends with the last connection of the first client.</summary>
internal static class DelayingProxy
{
    public static async Task RunAsync(string port, string target, string milliseconds)
    {
        using var listener = new TcpListener(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture));
        listener.Start();
        Console.WriteLine("ready");
        var delay = int.Parse(milliseconds, CultureInfo.InvariantCulture);
        var to = new IPEndPoint(IPAddress.Loopback, int.Parse(target, CultureInfo.InvariantCulture));
        var serving = new List<Task> { ServeAsync(await listener.AcceptTcpClientAsync(), to, delay) };
        var accepting = listener.AcceptTcpClientAsync();
        while (serving.Count > 0)
        {
            var ended = await Task.WhenAny(serving.Append(accepting));
            if (ended == accepting)
            {
                serving.Add(ServeAsync(await accepting, to, delay));
                accepting = listener.AcceptTcpClientAsync();
            }

            serving.Remove(ended);
        }
    }

    private static async Task ServeAsync(TcpClient client, IPEndPoint to, int delay)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(to);
                await PassAsync(client.GetStream(), server.GetStream(), delay);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // one side is gone, and with it the other
            }
        }
    }

    /// <summary>Hands every byte of either side to the other, so many milliseconds after it came, until one of them ends.</summary>
    public static Task PassAsync(Stream one, Stream other, int delay) => Task.WhenAny(CopyAsync(one, other, delay), CopyAsync(other, one, delay));

    // What was read waits in a queue until its time has come, so that the delay costs time and not throughput.
    private static async Task CopyAsync(Stream from, Stream to, int delay)
    {
        var queue = Channel.CreateUnbounded<(TimeSpan Due, byte[] Bytes)>();
        var sending = SendAsync(queue.Reader, to);
        var buffer = new byte[64 << 10];
        for (int count; (count = await from.ReadAsync(buffer)) > 0;)
        {
            queue.Writer.TryWrite((Now + TimeSpan.FromMilliseconds(delay), buffer[..count]));
        }

        queue.Writer.Complete();
        await sending;
    }

    private static async Task SendAsync(ChannelReader<(TimeSpan Due, byte[] Bytes)> queue, Stream to)
    {
        await foreach (var (due, bytes) in queue.ReadAllAsync())
        {
            if (due - Now is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait);
            }

            await to.WriteAsync(bytes);
        }
    }

    // Finer than the system's tick count, which knows steps of four milliseconds.
    private static TimeSpan Now => Stopwatch.GetElapsedTime(0);
}
