using System.Net.Sockets;
using GlanceStore.Conformance;

namespace GlanceStore.Interoperation;

/// <summary>Swift with Keystone, the account in a file of references.</summary>
[TestClass]
public class SwiftReferenceTests : WritableStoreTests
{
    private protected static string Keystone { get; } =
        Environment.GetEnvironmentVariable("GLANCESTORE_KEYSTONE_URL") is { Length: > 0 } set ? set : "http://127.0.0.1:18500/v3";

    private protected override string StoreId => "cloud";

    // "MB" are 1,024,000 bytes to Python: its images of 20 MB are of 20 segments.
    private protected virtual string Account => $"""
        swift_store_config_file = {References()}
        default_swift_reference = ours
        """;

    private protected override string Configuration() => $"""
        [DEFAULT]
        enabled_backends = cloud:swift, fast:file
        [glance_store]
        default_backend = cloud
        [fast]
        filesystem_store_datadir = {At("fast")}
        [cloud]
        swift_store_region = RegionOne
        swift_store_container = glancestore-interoperation
        swift_store_create_container_on_put = true
        swift_store_large_object_size = 1
        swift_store_large_object_chunk_size = 1
        {Account}
        """;

    private protected override void Require()
    {
        try
        {
            using var client = new TcpClient(new Uri(Keystone).Host, new Uri(Keystone).Port);
        }
        catch (SocketException)
        {
            SkippedServers.Skip("keystone", $"nothing listens at {Keystone}; start it with tests/servers/keystone/server start");
        }
    }

    private string References()
    {
        File.WriteAllText(At("swift.conf"), $"""
            [ours]
            user = demo:demo
            key = "demopass"
            auth_version = 3
            auth_address = {Keystone}
            user_domain_id = default
            project_domain_id = default
            """);
        return At("swift.conf");
    }
}

/// <summary>The same with the account in the configuration, and so in the locations of Python.</summary>
[TestClass]
public sealed class SwiftAccountTests : SwiftReferenceTests
{
    private protected override string Account => $"""
        swift_store_auth_version = 3
        swift_store_auth_address = {Keystone}
        swift_store_user = demo:demo
        swift_store_key = demopass
        glancestore_legacy_uris = true
        """;

    [TestMethod]
    public async Task Key_of_a_location_of_Python_s_is_apart_from_ours()
    {
        var put = await Python.PutAsync(ImageId.New().Value, MakeFile(10));
        Assert.Contains("demopass@", TextOf(put, "location"));
        var location = Ours.ParseLocation(TextOf(put, "location"));
        Assert.AreEqual(TextOf(put, "location").Replace("demo%3Ademo:demopass@", ""), location.Uri);
        Assert.DoesNotContain("demopass", $"{location} {location.Secret}");
        Assert.IsTrue(await Ours.DeleteAsync(location));
    }
}
