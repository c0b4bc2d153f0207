using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace GlanceStore.Nbd.Tests;

/// <summary>Where a server listens, and whose file that is.</summary>
[TestClass]
[UnsupportedOSPlatform("windows")]
public sealed class ListenerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("glance-nbd-");

    private string Socket => Path.Combine(_folder.FullName, "nbd");

    public void Dispose() => _folder.Delete(recursive: true);

    [TestMethod]
    public async Task The_sockets_file_is_its_users_alone_and_gone_at_the_end()
    {
        await using (Start(Socket))
        {
            Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Socket));
        }

        Assert.IsEmpty(_folder.EnumerateFileSystemInfos());
    }

    [TestMethod]
    public async Task A_socket_that_another_server_listens_at_is_refused_and_that_server_goes_on()
    {
        await using var first = Start(Socket);
        Assert.AreEqual(StoreError.InUse, Assert.ThrowsExactly<StoreException>(() => Start(Socket)).Error);
        using var client = await RawClient.ConnectAsync(first.EndPoint);
        await client.ReadAsync(18);
    }

    [TestMethod]
    public void A_socket_whose_queue_is_full_is_in_use()
    {
        using var busy = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        busy.Bind(new UnixDomainSocketEndPoint(Socket));
        busy.Listen(1);
        List<Socket> waiting = [];
        for (var i = 0; i < 4; i++)
        {
            var one = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            waiting.Add(one);
            try
            {
                one.Connect(new UnixDomainSocketEndPoint(Socket));
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
            {
                break;
            }
        }

        Assert.AreEqual(StoreError.InUse, Assert.ThrowsExactly<StoreException>(() => Start(Socket)).Error);
        Assert.IsTrue(File.Exists(Socket));
        waiting.ForEach(one => one.Dispose());
    }

    [TestMethod]
    public async Task A_socket_that_a_killed_server_left_is_taken_over()
    {
        await RealClients.RunAsync("python3", "-c", $"import socket; s = socket.socket(socket.AF_UNIX); s.bind('{Socket}'); s.listen()");
        Assert.IsTrue(File.Exists(Socket));
        await using var server = Start(Socket);
        using var client = await RawClient.ConnectAsync(server.EndPoint);
        await client.ReadAsync(18);
        Assert.HasCount(1, _folder.GetFileSystemInfos());
    }

    [TestMethod]
    public void A_file_or_a_folder_in_the_sockets_place_is_left_alone()
    {
        File.WriteAllText(Socket, "somebody's");
        var error = Assert.ThrowsExactly<StoreException>(() => Start(Socket));
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        Assert.AreEqual("somebody's", File.ReadAllText(Socket));

        File.Delete(Socket);
        Directory.CreateDirectory(Socket);
        Assert.AreEqual(StoreError.InvalidConfiguration, Assert.ThrowsExactly<StoreException>(() => Start(Socket)).Error);
        Assert.IsTrue(Directory.Exists(Socket));
    }

    [TestMethod]
    public async Task A_link_in_the_sockets_place_is_left_alone_wherever_it_leads()
    {
        await using var other = Start(Path.Combine(_folder.FullName, "other"));
        File.CreateSymbolicLink(Socket, "other");
        Assert.AreEqual(StoreError.InvalidConfiguration, Assert.ThrowsExactly<StoreException>(() => Start(Socket)).Error);
        Assert.AreEqual("other", new FileInfo(Socket).LinkTarget);
    }

    [TestMethod]
    public async Task The_URI_of_an_export_names_where_it_is_and_escapes_what_is_no_part_of_a_URI()
    {
        await using var local = Start($"{Socket} &1");
        Assert.AreEqual($"nbd+unix:///a%20disk%2F1?socket={Socket}%20%261", local.UriOf("a disk/1"));
        await using var port = Start(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.AreEqual($"nbd://{port.EndPoint}/", port.UriOf(""));
    }

    [TestMethod]
    public void Settings_that_cannot_be_are_told_all_at_once()
    {
        var error = Assert.ThrowsExactly<StoreException>(() => NbdServer.Start(new NbdServerOptions
        {
            EndPoint = new IPEndPoint(IPAddress.Any, 0),
            MaxConnections = 0,
            MaxRequestBytes = 100_000,
            MaxBufferBytes = 1,
            HandshakeTimeout = TimeSpan.Zero,
        }));
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        foreach (var word in (string[])["loopback", "MaxConnections", "MaxRequestBytes", "MaxBufferBytes", "HandshakeTimeout"])
        {
            Assert.Contains(word, error.Message);
        }
    }

    [TestMethod]
    [DataRow("\0abstract", "abstract")]
    [DataRow("/nowhere/at/all/nbd", "directory")]
    public void A_Unix_socket_without_a_place_for_its_file_is_refused(string path, string word) =>
        Assert.Contains(word, Assert.ThrowsExactly<StoreException>(() => Start(path)).Message);

    [TestMethod]
    public async Task A_port_of_the_loopback_interface_is_served_and_two_servers_do_not_share_it()
    {
        await using var first = Start(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.AreNotEqual(0, ((IPEndPoint)first.EndPoint).Port);
        using var client = await RawClient.ConnectAsync(first.EndPoint);
        await client.ReadAsync(18);
        Assert.AreEqual(StoreError.InUse, Assert.ThrowsExactly<StoreException>(() => Start(first.EndPoint)).Error);
    }

    [TestMethod]
    public void Two_exports_of_one_name_are_refused_before_anything_listens()
    {
        var error = Assert.ThrowsExactly<StoreException>(() => NbdServer.Start(new NbdServerOptions
        {
            EndPoint = new UnixDomainSocketEndPoint(Socket),
            Exports = [new ScriptedExport("a", []), new ScriptedExport("a", [])],
        }));
        Assert.AreEqual(StoreError.AlreadyExists, error.Error);
        Assert.IsFalse(File.Exists(Socket));
    }

    private static NbdServer Start(string path) => Start(new UnixDomainSocketEndPoint(path));

    private static NbdServer Start(EndPoint endPoint) => NbdServer.Start(new NbdServerOptions { EndPoint = endPoint, Exports = [new ScriptedExport("", new byte[512])] });
}
