using System.Net;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.S3;

/// <summary>The connections that S3, Swift and Azure share, to hosts of several addresses.</summary>
[TestClass]
public sealed class S3AddressTests
{
    [TestMethod]
    public async Task An_address_that_leads_nowhere_does_not_keep_the_next_one_waiting()
    {
        using var server = new LoopbackHttp(context =>
        {
            context.Response.Close();
            return Task.CompletedTask;
        });
        var port = new Uri(server.Url).Port;
        using var silent = new SilentAddress(port);
        using var client = ServerConnections.Open(TimeSpan.FromSeconds(30), null, checkCertificate: true,
            (_, _) => Task.FromResult<IPAddress[]>([SilentAddress.Address, IPAddress.Loopback]));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://two.test:{port}/") { Headers = { Host = $"127.0.0.1:{port}" } };
        using var answer = await client.SendAsync(request);
        Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode);
    }
}
