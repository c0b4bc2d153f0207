using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Drivers.Testing;

/// <summary>An address of this machine that takes no connection and refuses none, as one does that packets to get lost: its queue is full.</summary>
internal sealed class SilentAddress : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _waiting = [];

    /// <param name="port">The port, which another address of the loopback may have too.</param>
    public SilentAddress(int port)
    {
        _listener.Bind(new IPEndPoint(Address, port));
        _listener.Listen(0);

        // Linux lets one more wait than it was told.
        for (var i = 0; i < 4; i++)
        {
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _waiting.Add(client);
            try
            {
                client.Connect(new IPEndPoint(Address, port));
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
            }
        }
    }

    public static IPAddress Address { get; } = IPAddress.Parse("127.0.0.9");

    public void Dispose()
    {
        _waiting.ForEach(socket => socket.Dispose());
        _listener.Dispose();
    }
}
