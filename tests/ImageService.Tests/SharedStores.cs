using System.Net.Sockets;
using GlanceStore.Conformance;

namespace GlanceStore.ImageService.Tests;

/// <summary>Stores that the service shares with Python's programs: sections of one <c>glance-api.conf</c> for both.</summary>
internal static class SharedStores
{
    public static readonly Uri Ceph = AddressOf("GLANCESTORE_CEPH_URL", "http://127.0.0.1:18300");
    public static readonly Uri Keystone = AddressOf("GLANCESTORE_KEYSTONE_URL", "http://127.0.0.1:18500/v3");

    /// <summary>Where the Swift listens that Keystone's catalog names.</summary>
    public static readonly Uri Swift = AddressOf("GLANCESTORE_SWIFT_KEYSTONE_URL", "http://127.0.0.1:18090");

    public static readonly string Cold = $"""
        [cold]
        s3_store_host = {Ceph.GetLeftPart(UriPartial.Authority)}
        s3_store_access_key = testaccess
        s3_store_secret_key = testsecret
        s3_store_bucket = glancestore-image-service
        s3_store_create_bucket_on_put = true
        s3_store_bucket_url_format = path
        s3_store_large_object_size = 1
        s3_store_large_object_chunk_size = 5
        glancestore_legacy_uris = true
        glancestore_preset = ceph
        """;

    public static readonly string Cloud = $"""
        [cloud]
        swift_store_region = RegionOne
        swift_store_container = glancestore-image-service
        swift_store_create_container_on_put = true
        swift_store_large_object_size = 1
        swift_store_large_object_chunk_size = 1
        swift_store_auth_version = 3
        swift_store_auth_address = {Keystone}
        swift_store_user = demo:demo
        swift_store_key = demopass
        glancestore_legacy_uris = true
        """;

    public static string Fast(string root) => $"""
        [fast]
        filesystem_store_datadir = {root}/fast
        """;

    /// <summary>Skips the test where the server of a store does not listen.</summary>
    public static void Require(string name, Uri address)
    {
        try
        {
            using var client = new TcpClient(address.Host, address.Port);
        }
        catch (SocketException)
        {
            SkippedServers.Skip(name, $"nothing listens at {address}; start it with tests/servers/{name}/server start");
        }
    }

    private static Uri AddressOf(string variable, string otherwise) =>
        new(Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set ? set : otherwise);
}
