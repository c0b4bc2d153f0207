using System.Security.Cryptography;
using GlanceStore.Drivers.Testing;
using Microsoft.Extensions.Time.Testing;

namespace GlanceStore.Drivers.Swift;

/// <summary>The segments of an image that was replaced or deleted, on a server that takes its time to remove them, two in a request.</summary>
[TestClass]
public sealed class ReplacedTests
{
    private const int Segment = 4096;
    private const int Segments = 6;
    private const string Info = """{"bulk_delete":{"max_deletes_per_request":2}}""";

    private static readonly ImageId Id = new("image");

    private readonly FakeTimeProvider _time = new();
    private readonly ListLogger<SwiftDriver> _log = new();
    private TimeSpan _deletionTakes = TimeSpan.FromSeconds(15);

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public Task However_long_it_takes_to_remove_the_segments_of_a_replaced_image_none_is_left(bool isWhole) => WithAsync(SwiftManifest.Slo, _ => null, async (driver, list) =>
    {
        await PutAsync(driver, Segments);
        var old = await UploadAsync(list);
        await ReplaceAsync(driver, isWhole);
        var left = await list();
        Assert.IsFalse(left.Any(name => name.StartsWith(old, StringComparison.Ordinal)), string.Join('\n', left));
        Assert.HasCount(isWhole ? 1 : 2, left);
        Assert.IsEmpty(_log.Lines);
    });

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public Task A_log_of_segments_that_were_not_removed_in_time_names_those_of_the_old_image(bool isWhole) => WithAsync(SwiftManifest.Slo, _ => null, async (driver, list) =>
    {
        await PutAsync(driver, Segments);
        var old = await UploadAsync(list);
        _deletionTakes = TimeSpan.FromSeconds(25);
        await ReplaceAsync(driver, isWhole);
        Assert.Contains($"/{old} ", _log.Lines.Single());
    });

    [TestMethod]
    public async Task An_upload_of_which_nobody_knows_whether_it_was_stored_is_not_logged_as_left_over()
    {
        var isSilent = false;
        Fault? Script(ProxiedRequest request)
        {
            isSilent |= request.IsManifest;
            return request.IsManifest ? new Fault { CutAnswerAfter = 1 } : isSilent ? Fault.Status(503) : null;
        }

        await WithAsync(SwiftManifest.Slo, Script, async (driver, list) =>
        {
            await Assert.ThrowsExactlyAsync<StoreException>(() => PutAsync(driver, Segments));
            var upload = await UploadAsync(list);
            Assert.AreEqual($"Whether the upload {upload} is the image at {driver.LocationOf(Id)} now could not be asked; what is left over, a sweep will find.", _log.Lines.Single());
        });
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public Task The_segments_of_a_version_that_was_deleted_are_removed_also_where_nobody_waits_for_it() => WithAsync(SwiftManifest.Dlo, _ => null, async (driver, list) =>
    {
        await PutAsync(driver, Segments);
        var location = driver.LocationOf(Id);
        var version = (await driver.FindAsync(location, TestContext.CancellationToken))!.VersionTag;
        using var given = new CancellationTokenSource(TimeSpan.FromSeconds(10), _time);
        await Assert.ThrowsAsync<OperationCanceledException>(() => driver.DeleteAsync(location, new DeleteIntent(version), given.Token).AsTask());
        while ((await list()).Count > 0)
        {
            TestContext.CancellationToken.ThrowIfCancellationRequested();
        }

        Assert.IsEmpty(_log.Lines);
    });

    private async Task WithAsync(SwiftManifest manifest, Func<ProxiedRequest, Fault?> script, Func<SwiftDriver, Func<Task<IReadOnlyCollection<string>>>, Task> body)
    {
        var server = SwiftServer.TempAuth.Required();
        var place = await server.NewPlaceAsync();
        await using (var proxy = new FaultyProxy(place.AuthAddress, request => script(request) ?? Answer(request)))
        await using (var driver = new SwiftDriver(place with { AuthAddress = proxy.Url + "/auth/v1.0", Manifest = manifest }, _log, _time))
        {
            await body(driver, () => server.ListAsync(place.Container));
        }

        await server.RemoveAsync(place.Container);
    }

    private Fault? Answer(ProxiedRequest request)
    {
        if (request.Method == "POST")
        {
            _time.Advance(_deletionTakes);
        }

        return request.Target == "/info" ? Fault.Status(200, "Content-Type: application/json\r\n", Info) : null;
    }

    private Task ReplaceAsync(SwiftDriver driver, bool isWhole) => isWhole ? PutWholeAsync(driver) : PutAsync(driver, 1);

    private async Task PutAsync(SwiftDriver driver, int segments)
    {
        var entries = Enumerable.Repeat(new ChunkEntry(Segment, 0), segments).ToList();
        await using var writer = await driver.OpenWriteAsync(Id, new WriteIntent(WriteMode.Replace, null), TestContext.CancellationToken);
        for (var index = 0; index < segments; index++)
        {
            await writer.WriteChunkAsync(ChunkOf(index), TestContext.CancellationToken);
        }

        await writer.CommitAsync(new WriteSummary((long)segments * Segment, new ChunkManifest(entries), []), TestContext.CancellationToken);
    }

    // Whoever asks gives up waiting long before the segments are gone.
    private async Task PutWholeAsync(SwiftDriver driver)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10), _time);
        var summary = new WriteSummary(Segment, new ChunkManifest([new ChunkEntry(Segment, 0)]), []);
        await driver.WriteWholeAsync(Id, new WriteIntent(WriteMode.Replace, Segment), ChunkOf(0), summary, limit.Token);
    }

    private static Chunk ChunkOf(int index) =>
        new(index, (long)index * Segment, new byte[Segment], 0, false) { Digest = MD5.HashData(new byte[Segment]) };

    // What the names of the one upload's segments begin with, in its container.
    private static async Task<string> UploadAsync(Func<Task<IReadOnlyCollection<string>>> list)
    {
        var name = (await list()).First(name => name.Contains('/', StringComparison.Ordinal));
        return name[..name.LastIndexOf('-')];
    }
}
