using Microsoft.Extensions.Time.Testing;

namespace GlanceStore.Drivers.Swift;

/// <summary>The end of an upload that failed, at a server that is made up from the first to the last answer.</summary>
[TestClass]
public sealed class AbortTests
{
    private const int Segment = 4096;
    private const string Info = """{"bulk_delete":{"max_deletes_per_request":10000}}""";
    private const string Deleted = """{"Number Deleted":500,"Response Status":"200 OK","Errors":[]}""";

    private readonly FakeTimeProvider _time = new();

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task However_long_it_takes_to_remove_many_segments_none_is_left()
    {
        await using var proxy = new FaultyProxy("http://127.0.0.1:1", Answer);
        var driver = new SwiftDriver(new SwiftDriverOptions
        {
            AuthAddress = proxy.Url + "/auth/v1.0",
            AuthVersion = SwiftAuthVersion.TempAuth,
            User = "test:tester",
            Key = "testing",
            Endpoint = proxy.Url + "/v1/AUTH_a",
        }, null, _time);
        await using var writer = await driver.OpenWriteAsync(ImageId.New(), new WriteIntent(WriteMode.CreateNew, null), TestContext.CancellationToken);
        var md5 = System.Security.Cryptography.MD5.HashData(new byte[Segment]);
        for (var index = 0; index < 1500; index++)
        {
            var chunk = new Chunk(index, (long)index * Segment, new byte[Segment], 0, false) { Digest = md5 };
            await writer.WriteChunkAsync(chunk, TestContext.CancellationToken);
        }

        await writer.DisposeAsync();
        Assert.HasCount(3, proxy.Requests.Where(request => request.Method == "POST"), "500 in a request.");
        await driver.DisposeAsync();
    }

    private Fault Answer(ProxiedRequest request)
    {
        if (request.Method == "POST")
        {
            _time.Advance(TimeSpan.FromSeconds(15));
            return Fault.Status(200, "Content-Type: application/json\r\n", Deleted);
        }

        return request.Target switch
        {
            "/info" => Fault.Status(200, "Content-Type: application/json\r\n", Info),
            _ => Fault.Status(201, "X-Auth-Token: t\r\n"),
        };
    }
}
