using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Nbd.Listening;

/// <summary>The socket that clients connect to.</summary>
internal static class NbdListener
{
    private const int Backlog = 128;

    /// <summary>Listens at an address.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InUse"/>: somebody else does; <see cref="StoreError.AccessDenied"/>: it is not allowed; <see cref="StoreError.InvalidConfiguration"/>: there is no such address.
    /// </exception>
    public static Socket Listen(EndPoint endPoint)
    {
        var isUnix = endPoint is UnixDomainSocketEndPoint;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            if (endPoint is UnixDomainSocketEndPoint unix)
            {
                UnixSocketFile.Bind(socket, unix, "The NBD server");
            }
            else
            {
                socket.Bind(endPoint);
            }

            socket.Listen(Backlog);
            return socket;
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (ErrorOf(e) is { } error)
            {
                throw new StoreException(error, $"The NBD server cannot listen at '{endPoint}': {e.Message}", e);
            }

            throw;
        }
    }

    private static StoreError? ErrorOf(Exception error) => error switch
    {
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => StoreError.InUse,
        SocketException { SocketErrorCode: SocketError.AccessDenied } or UnauthorizedAccessException => StoreError.AccessDenied,
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => StoreError.InvalidConfiguration,
        StoreException => null,
        SocketException or IOException => StoreError.Unavailable,
        _ => null,
    };
}
