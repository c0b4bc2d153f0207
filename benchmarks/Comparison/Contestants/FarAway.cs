using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Benchmarks.Comparison.Contestants;

/// <summary>
/// A network whose loopback leads to this machine's, a while later: servers that tell their own addresses, as those of a cluster do, are far
/// away in it under the addresses they tell. Two processes, one in either network, which a socket in a folder joins: <c>far_away.sh</c> starts them.
/// </summary>
internal static class FarAway
{
    // Before the first connection the disk is waited for and a command starts, and from one to the next nobody is connected for a moment. A
    // client that comes too late finds nobody, and asks again for as long as it waits for its monitors: five minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The side of the servers: connects whoever comes through the socket to the port that he names.</summary>
    public static async Task ServeAsync(string path)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        await AcceptAsync([listener], async (_, near) =>
        {
            var port = new byte[sizeof(int)];
            await near.ReadExactlyAsync(port);
            await JoinAsync(near, new IPEndPoint(IPAddress.Loopback, BitConverter.ToInt32(port)), [], 0);
        });
    }

    /// <summary>The side of the clients: listens at the servers' ports.</summary>
    public static async Task ListenAsync(string path, string milliseconds, string[] ports)
    {
        var delay = int.Parse(milliseconds, CultureInfo.InvariantCulture);
        var listeners = ports.Select(port => Listening(int.Parse(port, CultureInfo.InvariantCulture))).ToList();
        await AcceptAsync(listeners, (listener, near) => JoinAsync(
            near, new UnixDomainSocketEndPoint(path), BitConverter.GetBytes(((IPEndPoint)listener.LocalEndPoint!).Port), delay));
    }

    private static Socket Listening(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return listener;
    }

    private static async Task JoinAsync(Stream near, EndPoint to, byte[] greeting, int delay)
    {
        using var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        SendAtOnce(socket);
        await socket.ConnectAsync(to);
        await using var far = new NetworkStream(socket);
        await far.WriteAsync(greeting);
        await DelayingProxy.PassAsync(near, far, delay);
    }

    // The delay is what was asked for alone: the system keeps the small end of a message back until the rest is acknowledged, up to 40 ms later.
    private static void SendAtOnce(Socket socket)
    {
        if (socket.AddressFamily == AddressFamily.InterNetwork)
        {
            socket.NoDelay = true;
        }
    }

    // Until nobody has been connected for a while.
    private static async Task AcceptAsync(IReadOnlyList<Socket> listeners, Func<Socket, Stream, Task> serve)
    {
        var (connected, counting) = (0, new Lock());
        using var alone = new CancellationTokenSource(Patience);
        var accepting = listeners.Select(async listener =>
        {
            listener.Listen();
            while (true)
            {
                var socket = await listener.AcceptAsync(alone.Token);
                SendAtOnce(socket);
                Count(1);
                _ = ServeOneAsync(listener, socket);
            }
        }).ToList();
        Console.WriteLine("ready");
        await Task.WhenAll(accepting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        async Task ServeOneAsync(Socket listener, Socket socket)
        {
            try
            {
                await using var near = new NetworkStream(socket, ownsSocket: true);
                await serve(listener, near);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // one side is gone, and with it the other
            }
            finally
            {
                Count(-1);
            }
        }

        void Count(int change)
        {
            lock (counting)
            {
                connected += change;
                alone.CancelAfter(connected == 0 ? Patience : Timeout.InfiniteTimeSpan);
            }
        }
    }
}
