using System.Globalization;
using Renci.SshNet;
using Renci.SshNet.Sftp;

namespace GlanceStore.Benchmarks.Comparison.Contestants;

/// <summary>What the library that the SFTP store uses gives by itself: it moves an image, and computes nothing.</summary>
internal static class SshNet
{
    // What the store writes at a time.
    private const int PieceBytes = (32 << 10) - 64;

    // The counter-mode ciphers come last, as in the store: what is agreed on is AES-GCM.
    private static readonly string[] Slow = ["aes128-ctr", "aes192-ctr", "aes256-ctr"];

    /// <summary>Sends an image by the library's own UploadFile, or with <c>CONNECTIONS WRITES</c> by so many writes at a time on so many connections.</summary>
    public static void Put(string image, Place place, string[] atOnce)
    {
        if (atOnce is not [var connections, var writes])
        {
            using var client = Connect(place);
            using var file = File.OpenRead(image);
            client.UploadFile(file, place.Path);
            return;
        }

        SftpClient[] clients = [.. Enumerable.Range(0, int.Parse(connections, CultureInfo.InvariantCulture)).Select(_ => Connect(place))];
        Write(image, place.Path, clients, int.Parse(writes, CultureInfo.InvariantCulture));
        foreach (var client in clients)
        {
            client.Dispose();
        }
    }

    private static SftpClient Connect(Place place)
    {
        var information = new ConnectionInfo(place.Host, place.Port, place.User, new PrivateKeyAuthenticationMethod(place.User, new PrivateKeyFile(place.KeyFile)));
        foreach (var name in Slow)
        {
            information.Encryptions.Remove(name, out var cipher);
            information.Encryptions.Add(name, cipher!);
        }

        var client = new SftpClient(information);
        client.Connect();
        return client;
    }

    private static void Write(string image, string path, SftpClient[] clients, int writes)
    {
        using var file = File.OpenHandle(image);
        clients[0].Create(path).Dispose();
        long taken = -1;
        Thread[] threads = [.. Enumerable.Range(0, writes).Select(number => new Thread(() =>
        {
            using var handle = clients[number % clients.Length].Open(path, FileMode.Open, FileAccess.Write);
            WritePieces(file, handle, ref taken);
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }

    private static void WritePieces(Microsoft.Win32.SafeHandles.SafeFileHandle file, SftpFileStream handle, ref long taken)
    {
        var piece = new byte[PieceBytes];
        while (true)
        {
            var offset = Interlocked.Increment(ref taken) * PieceBytes;
            if (RandomAccess.Read(file, piece, offset) is not (> 0 and var count))
            {
                return;
            }

            handle.Seek(offset, SeekOrigin.Begin);
            handle.Write(piece, 0, count);
            handle.Flush();
        }
    }

    /// <summary>Where to: the server, who logs in with what key, and the file's path.</summary>
    internal sealed record Place(string Host, int Port, string User, string KeyFile, string Path);
}
