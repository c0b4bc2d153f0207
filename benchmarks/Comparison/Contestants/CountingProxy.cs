using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace GlanceStore.Benchmarks.Comparison.Contestants;

/// <summary>A TCP proxy that counts what a server sends. It ends with SIGTERM, and tells then how many MiB that was.</summary>
internal sealed class CountingProxy(IPEndPoint server)
{
    private long _bytes;

    public static async Task RunAsync(string port, string target)
    {
        var proxy = new CountingProxy(IPEndPoint.Parse(target));
        using var listener = new TcpListener(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture));
        using var ending = new CancellationTokenSource();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            ending.Cancel();
        });
        listener.Start();
        Console.WriteLine("ready");
        try
        {
            while (true)
            {
                _ = proxy.ServeAsync(await listener.AcceptTcpClientAsync(ending.Token));
            }
        }
        catch (OperationCanceledException)
        {
            ProcessTimes.ReportCount((double)Interlocked.Read(ref proxy._bytes) / (1 << 20));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            using var connection = new TcpClient { NoDelay = client.NoDelay = true };
            await connection.ConnectAsync(server);
            await await Task.WhenAny(client.GetStream().CopyToAsync(connection.GetStream()), CountAsync(connection.GetStream(), client.GetStream()));
        }
    }

    private async Task CountAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[256 << 10];
        for (int count; (count = await from.ReadAsync(buffer)) > 0;)
        {
            Interlocked.Add(ref _bytes, count);
            await to.WriteAsync(buffer.AsMemory(0, count));
        }
    }
}
