using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using GlanceStore.Drivers.Testing;

namespace GlanceStore.ImageService.Tests.Events;

/// <summary>A broker's certificate, with an authority that the machine trusts: the client of RabbitMQ takes one of any other host if nobody says otherwise.</summary>
[TestClass]
public sealed class BrokerCertificateTests
{
    [TestMethod]
    public async Task A_broker_with_the_certificate_of_its_host_is_spoken_to()
    {
        using var authority = new TestAuthority();
        using var broker = new TcpListener(IPAddress.Loopback, 0);
        broker.Start();
        var heard = HearAsync(broker, authority.Server);
        await using var service = await RunningService.StartAsync();
        using var process = StartOn(service, broker, authority);
        await (await process.ClientAsync()).CreateAsync();
        Assert.AreEqual("AMQP", System.Text.Encoding.ASCII.GetString(await heard.WaitAsync(TimeSpan.FromMinutes(1)), 0, 4));
    }

    [TestMethod]
    public async Task A_broker_with_the_certificate_of_another_host_is_told_nothing()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("other.example.org");
        using var broker = new TcpListener(IPAddress.Loopback, 0);
        broker.Start();
        var heard = HearAsync(broker, certificate);
        await using var service = await RunningService.StartAsync();
        using var process = StartOn(service, broker, authority);
        await (await process.ClientAsync()).CreateAsync();
        Assert.IsEmpty(await heard.WaitAsync(TimeSpan.FromMinutes(1)));
        await process.SaysAsync("Events cannot be delivered to rabbitmq");
    }

    private static ServiceProcess StartOn(RunningService service, TcpListener broker, TestAuthority authority) => ServiceProcess.Start(
        [
            $"ImageService:Database=sqlite:{service.At("images.db")}", "GlanceStore:Stores:fast:Type=file", $"GlanceStore:Stores:fast:Directory={service.At("fast")}",
            $"ImageService:Events:RabbitMq:Url=amqps://localhost:{((IPEndPoint)broker.LocalEndpoint).Port}/",
        ],
        environment: new Dictionary<string, string> { ["SSL_CERT_FILE"] = authority.File });

    // What the first who connects says once he has seen the certificate; nothing where he leaves.
    private static async Task<byte[]> HearAsync(TcpListener broker, X509Certificate2 certificate)
    {
        using var client = await broker.AcceptTcpClientAsync();
        await using var stream = new SslStream(client.GetStream());
        var heard = new byte[8];
        try
        {
            await stream.AuthenticateAsServerAsync(certificate);
            return heard[..await stream.ReadAtLeastAsync(heard, heard.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return [];
        }
    }
}
