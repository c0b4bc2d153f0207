using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.Drivers.Sftp;

/// <summary>Hosts of several addresses, of which some lead nowhere.</summary>
[TestClass]
public sealed class AddressTests
{
    [TestMethod]
    public async Task An_address_that_leads_nowhere_leaves_time_for_the_next_one_and_comes_last_from_then_on()
    {
        await using var place = SftpPlace.New();
        await using var proxy = new CuttingProxy(SftpServer.Port);
        var clients = ClientsOf(place, proxy.Port, TimeSpan.FromSeconds(20));
        using (new SilentAddress(proxy.Port))
        {
            using var client = await clients.ConnectAsync();
            Assert.IsTrue(client.IsConnected);
        }

        await using var idle = new LoopbackListener((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop), SilentAddress.Address, proxy.Port);
        using var again = await clients.ConnectAsync();
        Assert.IsTrue(again.IsConnected);
        Assert.AreEqual(0, idle.Connections);
    }

    [TestMethod]
    public async Task Addresses_that_all_refuse_are_Unavailable()
    {
        await using var place = SftpPlace.New();
        using var free = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        free.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // and nobody listens
        var clients = ClientsOf(place, ((IPEndPoint)free.LocalEndPoint!).Port, TimeSpan.FromSeconds(20));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(clients.ConnectAsync);
        Assert.AreEqual(StoreError.Unavailable, error.Error);
        Assert.IsTrue(error.IsTransient);
        StringAssert.Contains(error.Message, "takes no connections");
    }

    private static SftpClients ClientsOf(SftpPlace place, int port, TimeSpan limit)
    {
        var options = SftpServer.Options(place.Images, port) with
        {
            Host = "two.test",
            KnownHostsFile = null,
            AcceptUnknownHostKey = true,
            ConnectTimeout = limit,
        };
        return new SftpClients(options, NullLogger.Instance, (_, _) => Task.FromResult<IPAddress[]>([SilentAddress.Address, IPAddress.Loopback]));
    }
}
