using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Drivers.Shared;

/// <summary>
/// Connects to whichever of a host's addresses answers first. Each is given a moment before the next is tried beside it (RFC 8305), so that one
/// that leads nowhere costs that moment and not the whole time limit.
/// </summary>
internal sealed class StaggeredConnector(HostResolver resolve)
{
    // The recommended Connection Attempt Delay (RFC 8305, 5).
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(250);

    private readonly AddressBook _book = new();

    /// <summary>Resolves and connects, as a handler's <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) => await ConnectAsync(
        await ResolveAsync(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false), context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);

    /// <summary>The addresses of a host, which may be one itself.</summary>
    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken).ConfigureAwait(false);

    /// <summary>Connects to one of the addresses.</summary>
    /// <exception cref="SocketException">None of them takes a connection; why the last one did not.</exception>
    public async Task<Stream> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        var waiting = new Queue<IPEndPoint>(_book.Order(addresses, port));
        var begun = new List<Dial>();
        using var losing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (waiting.TryDequeue(out var address))
            {
                begun.Add(new Dial(address, DialAsync(address, losing.Token)));
                if (await WinnerAsync(begun, waiting.Count > 0, cancellationToken).ConfigureAwait(false) is { } winner)
                {
                    begun.Remove(winner);
                    _book.Answered(winner.Address);
                    return new DialedStream(await winner.Socket.ConfigureAwait(false), winner.Address, _book);
                }
            }

            throw begun.LastOrDefault()?.Socket.Exception?.InnerException ?? new SocketException((int)SocketError.HostNotFound);
        }
        finally
        {
            await losing.CancelAsync().ConfigureAwait(false);
            Drop(begun);
        }
    }

    // Null where none has connected: all have failed, or the moment has passed and there is another one to try.
    private static async Task<Dial?> WinnerAsync(List<Dial> begun, bool hasMore, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var moment = Task.Delay(hasMore ? Moment : Timeout.InfiniteTimeSpan, TimeProvider.System, ended.Token);
        while (true)
        {
            Task[] running = [.. begun.Where(dial => !dial.Socket.IsCompleted).Select(dial => dial.Socket)];
            if (running.Length > 0)
            {
                await Task.WhenAny([.. running, moment]).ConfigureAwait(false);
            }

            cancellationToken.ThrowIfCancellationRequested();
            var winner = begun.Find(dial => dial.Socket.IsCompletedSuccessfully);
            if (winner is not null || moment.IsCompleted || begun.TrueForAll(dial => dial.Socket.IsCompleted))
            {
                await ended.CancelAsync().ConfigureAwait(false);
                return winner;
            }
        }
    }

    private static async Task<Socket> DialAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // The one that was tried first comes last the next time.
    private void Drop(List<Dial> losers)
    {
        foreach (var (address, socket) in Enumerable.Reverse(losers))
        {
            _book.Failed(address);
            _ = CloseAsync(socket);
        }
    }

    private static async Task CloseAsync(Task<Socket> dial)
    {
        await ((Task)dial).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (dial.IsCompletedSuccessfully)
        {
            (await dial.ConfigureAwait(false)).Dispose();
        }
    }

    private sealed record Dial(IPEndPoint Address, Task<Socket> Socket);
}
