using System.Net.Sockets;
using GlanceStore.Conformance;

namespace GlanceStore.Interoperation;

[TestClass]
public sealed class HttpTests : InteroperationTests
{
    private static readonly string State =
        Environment.GetEnvironmentVariable("GLANCESTORE_NGINX_STATE") ?? Path.Combine(Path.GetTempPath(), "glancestore-servers", "nginx");

    private static readonly Lazy<Dictionary<string, string>?> Nginx = new(() =>
    {
        var file = Path.Combine(State, "facts");
        return File.Exists(file) ? File.ReadLines(file).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]) : null;
    });

    private protected override string StoreId => "web";

    private protected override string Configuration() => """
        [DEFAULT]
        enabled_backends = web:http
        [glance_store]
        default_backend = web
        [web]
        https_insecure = false
        glancestore_allowed_networks = loopback
        """;

    private protected override void Require()
    {
        try
        {
            using var client = Nginx.Value is { } facts ? new TcpClient(new Uri(facts["URL"]).Host, new Uri(facts["URL"]).Port) : throw new SocketException();
        }
        catch (SocketException)
        {
            SkippedServers.Skip("nginx", "start it with tests/servers/nginx/server start");
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(70_000)]
    [DataRow(20_000_001)]
    public async Task Both_read_the_same_image_of_a_server(int size)
    {
        var name = $"interoperation-{Guid.NewGuid():N}";
        var served = Path.Combine(Nginx.Value!["ROOT"], name);
        File.Copy(MakeFile(size), served);
        try
        {
            var uri = $"{Nginx.Value["URL"]}/images/{name}";
            var location = Ours.ParseLocation(uri);
            Assert.AreEqual(uri, location.Uri);
            Assert.AreEqual(size, (await Ours.FindAsync(location))?.Size);
            Assert.AreEqual(size, await Python.SizeAsync(uri));
            var digest = await Sha512Async(At("image"));
            Assert.AreEqual(digest, TextOf(await Python.GetAsync(uri, At("python")), "multihash"));
            Assert.AreEqual(digest, await ReadAsync(location, new Digest("sha512", digest)));
        }
        finally
        {
            File.Delete(served);
        }
    }

    [TestMethod]
    public async Task What_is_not_there_is_missing_for_both()
    {
        var uri = $"{Nginx.Value!["URL"]}/images/absent-{Guid.NewGuid():N}";
        Assert.IsNull(await Ours.FindAsync(Ours.ParseLocation(uri)));
        Assert.IsNull(await Python.SizeAsync(uri));
    }
}
