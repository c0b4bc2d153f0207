using System.Net.Sockets;

namespace GlanceStore.Nbd.Listening;

/// <summary>The file of a Unix socket: only this user can use it, and one that nobody listens at any more gives way.</summary>
internal static class UnixSocketFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Gives a socket its file. Nobody can connect before the socket listens, and by then the mode is set.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InUse"/>: another server listens there; <see cref="StoreError.InvalidConfiguration"/>: something else is there, or no directory.
    /// </exception>
    public static void Bind(Socket socket, UnixDomainSocketEndPoint endPoint)
    {
        var path = endPoint.ToString()!;
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"The NBD server cannot listen at '{path}', because its directory is not there.");
        }

        try
        {
            socket.Bind(endPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            RemoveStale(path, endPoint);
            socket.Bind(endPoint);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, OwnerOnly);
        }
    }

    // Moved away first: what is removed is then the very socket that nobody listened at, whoever makes a new one meanwhile.
    private static void RemoveStale(string path, UnixDomainSocketEndPoint endPoint)
    {
        if (UnixFile.StatusOf(path) is not { IsSocket: true } found || new FileInfo(path).LinkTarget is not null)
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"The NBD server cannot listen at '{path}', because something is there that is no socket; it was left alone.");
        }

        if (IsListenedAt(endPoint))
        {
            throw InUse(path);
        }

        var aside = $"{path}.{Guid.NewGuid():N}";
        File.Move(path, aside);
        if (UnixFile.StatusOf(aside) is { } moved && moved.IsSameAs(found))
        {
            File.Delete(aside);
            return;
        }

        File.Move(aside, path);
        throw InUse(path);
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

    private static StoreException InUse(string path) =>
        new(StoreError.InUse, $"The NBD server cannot listen at '{path}', because another server does; stop that one, or choose another socket.");
}
