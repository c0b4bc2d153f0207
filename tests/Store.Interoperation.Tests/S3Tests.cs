using System.Net.Sockets;
using GlanceStore.Conformance;

namespace GlanceStore.Interoperation;

[TestClass]
public sealed class S3Tests : WritableStoreTests
{
    private static readonly Uri Ceph = new(Environment.GetEnvironmentVariable("GLANCESTORE_CEPH_URL") is { Length: > 0 } set ? set : "http://127.0.0.1:18300");

    private protected override string StoreId => "cold";

    // Python's s3 up to 5.4 finds its keys in the location only.
    private protected override string Configuration() => $"""
        [DEFAULT]
        enabled_backends = fast:file, cold:s3
        [glance_store]
        default_backend = fast
        [fast]
        filesystem_store_datadir = {At("fast")}
        [cold]
        s3_store_host = {Ceph.GetLeftPart(UriPartial.Authority)}
        s3_store_access_key = testaccess
        s3_store_secret_key = testsecret
        s3_store_bucket = glancestore-interoperation
        s3_store_create_bucket_on_put = true
        s3_store_bucket_url_format = path
        s3_store_large_object_size = 10
        s3_store_large_object_chunk_size = 5
        glancestore_legacy_uris = true
        glancestore_preset = ceph
        """;

    private protected override void Require()
    {
        try
        {
            using var client = new TcpClient(Ceph.Host, Ceph.Port);
        }
        catch (SocketException)
        {
            SkippedServers.Skip("ceph", $"nothing listens at {Ceph}; start it with tests/servers/ceph/server start");
        }
    }

    [TestMethod]
    public async Task Keys_of_a_location_of_Python_s_are_apart_from_ours()
    {
        var put = await Python.PutAsync(ImageId.New().Value, MakeFile(10));
        Assert.Contains("testaccess:testsecret@", TextOf(put, "location"));
        var location = Ours.ParseLocation(TextOf(put, "location"));
        Assert.AreEqual(TextOf(put, "location").Replace("testaccess:testsecret@", ""), location.Uri);
        Assert.DoesNotContain("testsecret", $"{location} {location.Secret}");
        Assert.IsTrue(await Ours.DeleteAsync(location));
    }
}
