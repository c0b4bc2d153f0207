using System.Net;
using System.Net.Sockets;

namespace GlanceStore.ComputeAgent;

/// <summary>The socket of the API: of this user alone before anybody can connect.</summary>
internal static class AgentSocket
{
    /// <summary>A bound socket, which the server listens at from now on.</summary>
    /// <exception cref="InvalidOperationException">Somebody else listens there, or something else lies there; it is left alone.</exception>
    public static Socket Bind(EndPoint endPoint)
    {
        var path = endPoint.ToString()!;
        RemoveStale(path, endPoint);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(endPoint);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new InvalidOperationException($"The agent cannot listen at '{path}': {e.Message}", e);
        }
    }

    private static void RemoveStale(string path, EndPoint endPoint)
    {
        if (UnixFile.StatusOfName(path) is not { } found)
        {
            return;
        }

        if (!found.IsSocket)
        {
            throw new InvalidOperationException($"The agent cannot listen at '{path}', because something is there that is no socket; it was left alone.");
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(endPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException)
        {
            // One that is busy is somebody's.
        }

        throw new InvalidOperationException($"The agent cannot listen at '{path}', because somebody does; stop that one, or set another ComputeAgent:Socket.");
    }
}
