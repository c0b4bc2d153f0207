using System.Net.Sockets;

namespace GlanceStore.Nbd.Listening;

/// <summary>The file of a Unix socket: only this user can use it, and one that nobody listens at any more gives way.</summary>
internal static class UnixSocketFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Gives a socket its file. Nobody can connect before the socket listens, and by then the mode is set.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="endPoint">Its file.</param>
    /// <param name="who">Who wants to listen, as errors tell it.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InUse"/>: another server listens there; <see cref="StoreError.InvalidConfiguration"/>: something else is there, or no directory.
    /// </exception>
    public static void Bind(Socket socket, UnixDomainSocketEndPoint endPoint, string who)
    {
        var path = endPoint.ToString()!;
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"{who} cannot listen at '{path}', because its directory is not there.");
        }

        try
        {
            socket.Bind(endPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            RemoveStale(path, endPoint, who);
            socket.Bind(endPoint);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, OwnerOnly);
        }
    }

    // Moved away first: what is removed is then the very socket that nobody listened at, whoever makes a new one meanwhile.
    private static void RemoveStale(string path, UnixDomainSocketEndPoint endPoint, string who)
    {
        if (UnixFile.StatusOfName(path) is not { IsSocket: true } found)
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"{who} cannot listen at '{path}', because something is there that is no socket; it was left alone.");
        }

        if (IsListenedAt(endPoint))
        {
            throw InUse(path, who);
        }

        var aside = $"{path}.{Guid.NewGuid():N}";
        File.Move(path, aside);
        if (UnixFile.StatusOfName(aside) is { } moved && moved.IsSameAs(found))
        {
            File.Delete(aside);
            return;
        }

        File.Move(aside, path);
        throw InUse(path, who);
    }

    private static bool IsListenedAt(UnixDomainSocketEndPoint endPoint)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Blocking = false; // one that is busy has a queue that is full
            probe.Connect(endPoint);
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode != SocketError.ConnectionRefused;
        }
    }

    private static StoreException InUse(string path, string who) =>
        new(StoreError.InUse, $"{who} cannot listen at '{path}', because another server does; stop that one, or choose another socket.");
}
