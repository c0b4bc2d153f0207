using System.Net;

namespace GlanceStore.Drivers.Swift;

/// <summary>A container that was there and is there no longer, on a server that is made up from the first to the last answer.</summary>
[TestClass]
public sealed class LostContainerTests
{
    private const string Container = "/v1/AUTH_a/glance";
    private const int Segment = 64 << 10;

    private readonly HashSet<string> _objects = [];
    private bool _isThere;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(1)]
    [DataRow((3 * Segment) + 1)]
    public async Task A_container_that_was_removed_is_made_again_by_the_next_put(int size)
    {
        await using var proxy = new FaultyProxy("http://127.0.0.1:1", Answer);
        await using var store = StoreOf(proxy, createContainer: true);
        await PutAsync(store, size);
        _isThere = false;
        await PutAsync(store, size);
        Assert.IsTrue(_isThere);
    }

    [TestMethod]
    public async Task A_container_is_not_made_where_the_options_do_not_say_so()
    {
        await using var proxy = new FaultyProxy("http://127.0.0.1:1", Answer);
        await using var store = StoreOf(proxy, createContainer: false);
        var failure = await Assert.ThrowsExactlyAsync<StoreException>(() => PutAsync(store, 1));
        Assert.AreEqual(StoreError.InvalidConfiguration, failure.Error, failure.Message);
        Assert.IsFalse(_isThere);
    }

    private static ImageStore StoreOf(FaultyProxy proxy, bool createContainer) => new("swift", new SwiftDriver(new SwiftDriverOptions
    {
        AuthAddress = proxy.Url + "/auth/v1.0",
        AuthVersion = SwiftAuthVersion.TempAuth,
        User = "test:tester",
        Key = "testing",
        Endpoint = proxy.Url + "/v1/AUTH_a",
        CreateContainer = createContainer,
    }), new ImageStoreOptions { ChunkBytes = Segment, RetryDelay = TimeSpan.Zero });

    private Task<ImageReceipt> PutAsync(ImageStore store, int size) =>
        store.PutAsync(ImageId.New(), new MemoryStream(new byte[size]), new PutOptions { ExpectedSize = size }, TestContext.CancellationToken);

    private Fault Answer(ProxiedRequest request)
    {
        if (request.IsLogIn)
        {
            return Fault.Status(200, "X-Auth-Token: t\r\n");
        }

        lock (_objects)
        {
            return Fault.Status((int)Answer(request.Method, request.Target));
        }
    }

    private HttpStatusCode Answer(string method, string target)
    {
        _isThere |= (method, target) == ("PUT", Container);
        if (!_isThere || method is not ("PUT" or "HEAD"))
        {
            return HttpStatusCode.NotFound;
        }

        return target == Container || (method == "PUT" && _objects.Add(target)) || _objects.Contains(target) ? HttpStatusCode.Created : HttpStatusCode.NotFound;
    }
}
