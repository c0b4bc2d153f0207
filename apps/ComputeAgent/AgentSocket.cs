using System.Net;
using System.Net.Sockets;
using GlanceStore.Nbd.Listening;

namespace GlanceStore.ComputeAgent;

/// <summary>The socket of the API: of this user alone before anybody can connect.</summary>
internal static class AgentSocket
{
    /// <summary>A bound socket, which the server listens at from now on.</summary>
    /// <exception cref="InvalidOperationException">Somebody else listens there, or something else lies there; it is left alone.</exception>
    public static Socket Bind(EndPoint endPoint)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            UnixSocketFile.Bind(socket, (UnixDomainSocketEndPoint)endPoint, "The agent");
            return socket;
        }
        catch (StoreException e)
        {
            socket.Dispose();
            throw new InvalidOperationException($"{e.Message} It is set by ComputeAgent:Socket.", e);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new InvalidOperationException($"The agent cannot listen at '{endPoint}': {e.Message}", e);
        }
    }
}
