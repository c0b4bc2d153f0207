using System.Net.Sockets;
using GlanceStore.Drivers.Testing;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>A way to a server that is cut, connections under way included, once so many bytes of answers have passed, and stays so until it is repaired.</summary>
internal sealed class DyingFront : IAsyncDisposable
{
    private readonly Uri _server;
    private readonly LoopbackListener _listener;
    private volatile CancellationTokenSource _dead = new();
    private long _left = long.MaxValue;

    public DyingFront(Uri server)
    {
        _server = server;
        _listener = new LoopbackListener(ServeAsync);
    }

    public Uri Url => new($"http://127.0.0.1:{_listener.Port}");

    public bool IsDead => _dead.IsCancellationRequested;

    /// <summary>Counts from now on.</summary>
    public void DieAfter(long bytes) => Interlocked.Exchange(ref _left, bytes);

    public void Repair()
    {
        Interlocked.Exchange(ref _left, long.MaxValue);
        _dead = new CancellationTokenSource();
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _dead.Dispose();
    }

    private async Task ServeAsync(TcpClient client, CancellationToken stopping)
    {
        client.LingerState = new LingerOption(true, 0); // it ends with a reset
        var dead = _dead;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, dead.Token);
        ending.Token.ThrowIfCancellationRequested();
        using var server = new TcpClient();
        await server.ConnectAsync(_server.Host, _server.Port, ending.Token);
        var asking = client.GetStream().CopyToAsync(server.GetStream(), ending.Token);
        await Task.WhenAny(asking, AnswerAsync(server.GetStream(), client.GetStream(), dead, ending.Token)).Unwrap();
    }

    private async Task AnswerAsync(NetworkStream server, NetworkStream client, CancellationTokenSource dead, CancellationToken cancellationToken)
    {
        var buffer = new byte[8 << 10];
        while (await server.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (Interlocked.Add(ref _left, -read) < 0)
            {
                await dead.CancelAsync();
                cancellationToken.ThrowIfCancellationRequested();
            }

            await client.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }
}
