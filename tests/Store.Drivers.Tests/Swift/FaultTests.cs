using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Swift;

/// <summary>What goes wrong between us and a real Swift: each has its error or its remedy, and nothing stays.</summary>
[TestClass]
public sealed class FaultTests
{
    private const int Segment = 256 << 10;

    private static readonly byte[] Image = PythonStore.BytesOf(9, (3 * Segment) + 11);

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Passing =>
    [
        ["a token refused at the second segment", FaultyProxy.First(1, request => request.IsSegment && request.Target.EndsWith("-00002", StringComparison.Ordinal), Fault.Status(401))],
        ["a token refused at the manifest", FaultyProxy.First(1, request => request.IsManifest, Fault.Status(401))],
        ["a token that has ended, which this server says with 403, at the second segment", FaultyProxy.First(1, request => request.IsSegment && request.Target.EndsWith("-00002", StringComparison.Ordinal), Fault.Status(403))],
        ["a token that has ended, which this server says with 403, at the manifest", FaultyProxy.First(1, request => request.IsManifest, Fault.Status(403))],
        ["a connection cut in the middle of a segment", FaultyProxy.First(1, request => request.IsSegment, new Fault { CutBodyAfter = 100_000 })],
        ["segments refused for other bytes", FaultyProxy.First(2, request => request.IsSegment, Fault.Status(422))],
        ["a proxy that is not available for a while", FaultyProxy.First(3, request => !request.IsLogIn, Fault.Status(503, "Retry-After: 0\r\n"))],
        ["a login that is not available", FaultyProxy.First(1, request => request.IsLogIn, Fault.Status(503))],
        ["a server that asks to slow down", FaultyProxy.First(2, request => request.IsSegment, Fault.Status(498))],
        ["an answer to the manifest that is lost", FaultyProxy.First(1, request => request.IsManifest, new Fault { CutAnswerAfter = 1 })],
        ["an answer to a segment that is lost", FaultyProxy.First(1, request => request.IsSegment, new Fault { CutAnswerAfter = 1 })],
    ];

    [TestMethod]
    [DynamicData(nameof(Passing))]
    public Task A_put_survives_what_passes(string _, object script) => WithAsync((Func<ProxiedRequest, Fault?>)script, async (store, place, proxy) =>
    {
        var receipt = await PutAsync(store);
        CollectionAssert.AreEqual(Image, await ReadAsync(store, receipt.Location));
        Assert.HasCount(5, await SwiftServer.TempAuth.ListAsync(place.Container), "Four segments and a manifest.");
        Assert.IsTrue(await store.DeleteAsync(receipt.Location, cancellationToken: TestContext.CancellationToken));
        await AssertNothingLeftAsync(place);
    });

    [TestMethod]
    [DataRow(401, StoreError.NotAuthenticated)]
    [DataRow(403, StoreError.AccessDenied)]
    [DataRow(413, StoreError.OutOfSpace)]
    [DataRow(422, StoreError.Corrupted)]
    [DataRow(503, StoreError.Unavailable)]
    [DataRow(507, StoreError.OutOfSpace)]
    public Task A_segment_refused_for_good_says_why_and_leaves_nothing_behind(int status, StoreError error) => WithAsync(
        FaultyProxy.First(int.MaxValue, request => request.IsSegment && request.Target.EndsWith("-00003", StringComparison.Ordinal), Fault.Status(status)), async (store, place, _) =>
        {
            await AssertFailsAsync(error, () => PutAsync(store));
            await AssertNothingLeftAsync(place);
        });

    [TestMethod]
    [DataRow(403, StoreError.AccessDenied)]
    [DataRow(413, StoreError.OutOfSpace)]
    [DataRow(503, StoreError.Unavailable)]
    public Task A_manifest_refused_for_good_leaves_no_segment(int status, StoreError error) => WithAsync(
        FaultyProxy.First(int.MaxValue, request => request.IsManifest, Fault.Status(status)), async (store, place, _) =>
        {
            await AssertFailsAsync(error, () => PutAsync(store));
            await AssertNothingLeftAsync(place);
        });

    [TestMethod]
    public Task A_connection_that_is_always_cut_in_the_middle_of_a_segment_leaves_nothing_behind() => WithAsync(
        FaultyProxy.First(int.MaxValue, request => request.IsSegment, new Fault { CutBodyAfter = 100_000 }), async (store, place, _) =>
        {
            Assert.IsTrue((await AssertFailsAsync(StoreError.Unavailable, () => PutAsync(store))).IsTransient);
            await AssertNothingLeftAsync(place);
        });

    [TestMethod]
    public Task All_segments_share_one_login() => WithAsync(_ => null, async (store, _, proxy) =>
    {
        await PutAsync(store);
        Assert.HasCount(1, proxy.Requests.Where(request => request.IsLogIn));
    });

    [TestMethod]
    public Task A_refused_token_is_asked_for_once_more_and_no_oftener() => WithAsync(
        FaultyProxy.First(int.MaxValue, request => request.IsSegment, Fault.Status(401)), async (store, _, proxy) =>
        {
            await AssertFailsAsync(StoreError.NotAuthenticated, () => PutAsync(store));
            Assert.IsLessThanOrEqualTo(5, proxy.Requests.Count(request => request.IsLogIn), "One to begin with, and at most one for each of four segments.");
        });

    [TestMethod]
    [DataRow("cut")]
    [DataRow("401")]
    [DataRow("403")]
    [DataRow("503")]
    public async Task A_read_survives_what_passes(string what)
    {
        var fault = what == "cut" ? new Fault { CutAnswerAfter = 100_000 } : Fault.Status(int.Parse(what, System.Globalization.CultureInfo.InvariantCulture));
        await WithAsync(FaultyProxy.First(what[0] == '4' ? 1 : 2, request => request.Method == "GET" && request.Target.StartsWith("/v1/", StringComparison.Ordinal), fault), async (store, _, proxy) =>
        {
            var receipt = await PutAsync(store);
            CollectionAssert.AreEqual(Image, await ReadAsync(store, receipt.Location, ReadOptions.Verify(receipt)));
            Assert.IsTrue(what != "cut" || proxy.Requests.Any(request => request.Head.Contains("If-Match: ", StringComparison.Ordinal)), "A resumed read is pinned to the version.");
        });
    }

    [TestMethod]
    public async Task An_image_of_more_segments_than_a_manifest_holds_is_a_manifest_of_manifests()
    {
        const string Info = """{"slo":{"max_manifest_segments":100},"bulk_delete":{"max_deletes_per_request":1000}}""";
        var image = PythonStore.BytesOf(10, 110 * 4096);
        await WithAsync(FaultyProxy.First(int.MaxValue, request => request.Target == "/info", Fault.Status(200, "Content-Type: application/json\r\n", Info)), async (store, place, _) =>
        {
            var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(image), new PutOptions { ExpectedSize = image.Length }, TestContext.CancellationToken);
            CollectionAssert.AreEqual(image, await ReadAsync(store, receipt.Location, ReadOptions.Verify(receipt)));
            Assert.HasCount(110 + 2 + 1, await SwiftServer.TempAuth.ListAsync(place.Container));
            await using var sweep = new SwiftDriver(place);
            Assert.IsEmpty(await sweep.SweepAsync(DateTimeOffset.MaxValue, SweepMode.Remove, TestContext.CancellationToken).ToListAsync(TestContext.CancellationToken));
            Assert.IsTrue(await store.DeleteAsync(receipt.Location, cancellationToken: TestContext.CancellationToken));
            await AssertNothingLeftAsync(place);
        }, 4096);
    }

    [TestMethod]
    [DataRow("""{"swift":{"max_file_size":1000}}""", StoreError.TooLarge)]
    [DataRow("""{"slo":{"min_segment_size":1048576}}""", StoreError.InvalidConfiguration)]
    public Task A_segment_beyond_the_limits_of_the_cluster_is_refused_before_it_is_sent(string info, StoreError error) => WithAsync(
        FaultyProxy.First(int.MaxValue, request => request.Target == "/info", Fault.Status(200, "Content-Type: application/json\r\n", info)), async (store, _, proxy) =>
        {
            await AssertFailsAsync(error, () => PutAsync(store));
            Assert.IsFalse(proxy.Requests.Any(request => request.IsSegment));
        });

    [TestMethod]
    [DataRow(401)]
    [DataRow(404)]
    public Task A_cluster_that_does_not_tell_its_limits_is_taken_for_a_usual_one(int status) => WithAsync(
        FaultyProxy.First(int.MaxValue, request => request.Target == "/info", Fault.Status(status)), async (store, place, _) =>
        {
            var receipt = await PutAsync(store);
            Assert.IsTrue(await store.DeleteAsync(receipt.Location, cancellationToken: TestContext.CancellationToken));
            await AssertNothingLeftAsync(place);
        });

    [TestMethod]
    public async Task An_image_whose_size_the_server_does_not_tell_is_an_error_and_not_an_empty_image()
    {
        var isTold = true;
        var untold = new Fault { Answer = "HTTP/1.1 200 Made up\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n" };
        await WithAsync(request => isTold || request.IsLogIn ? null : untold, async (store, _, _) =>
        {
            var receipt = await PutAsync(store);
            isTold = false;
            await AssertFailsAsync(StoreError.Unsupported, () => ReadAsync(store, receipt.Location));
            await AssertFailsAsync(StoreError.Unsupported, () => store.FindAsync(receipt.Location, TestContext.CancellationToken));
        });
    }

    // The version of a dynamic large object is made of its segments: where some of them are gone, it is another one.
    [TestMethod]
    public Task A_deletion_of_a_version_that_breaks_off_in_the_middle_of_the_segments_is_no_replacement() => WithAsync(
        FaultyProxy.First(1, request => request.Method == "POST", new Fault { CutAnswerAfter = 1 }), async (store, _, proxy) =>
        {
            var receipt = await PutAsync(store);
            var version = (await store.FindAsync(receipt.Location, TestContext.CancellationToken))!.VersionTag;
            Assert.IsTrue(await store.DeleteAsync(receipt.Location, new DeleteOptions { VersionTag = version }, TestContext.CancellationToken));
            Assert.IsNull(await store.FindAsync(receipt.Location, TestContext.CancellationToken));
            var removals = proxy.Requests.Select(request => request.Method).Where(method => method is "DELETE" or "POST").ToArray();
            CollectionAssert.AreEqual(new[] { "DELETE", "POST" }, removals, "The manifest first; the segments after it are a sweep's where they stay.");
        }, manifest: SwiftManifest.Dlo);

    private static async Task AssertNothingLeftAsync(SwiftDriverOptions place) => Assert.IsEmpty(await SwiftServer.TempAuth.ListAsync(place.Container));

    private async Task WithAsync(
        Func<ProxiedRequest, Fault?> script, Func<ImageStore, SwiftDriverOptions, FaultyProxy, Task> body, int chunkBytes = Segment,
        SwiftManifest manifest = SwiftManifest.Slo)
    {
        var server = SwiftServer.TempAuth.Required();
        var place = await server.NewPlaceAsync();
        await using var proxy = new FaultyProxy(place.AuthAddress, script);
        var options = new ImageStoreOptions { ChunkBytes = chunkBytes, RetryDelay = TimeSpan.Zero };
        await using (var store = new ImageStore("swift", new SwiftDriver(place with { AuthAddress = proxy.Url + "/auth/v1.0", Manifest = manifest }), options))
        {
            await body(store, place, proxy);
        }

        await server.RemoveAsync(place.Container);
    }

    private Task<ImageReceipt> PutAsync(ImageStore store) =>
        store.PutAsync(ImageId.New(), new MemoryStream(Image), new PutOptions { ExpectedSize = Image.Length }, TestContext.CancellationToken);

    private async Task<byte[]> ReadAsync(ImageStore store, ImageLocation location, ReadOptions? options = null)
    {
        await using var stream = await store.OpenReadAsync(location, options, TestContext.CancellationToken);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, TestContext.CancellationToken);
        return bytes.ToArray();
    }

    private static async Task<StoreException> AssertFailsAsync(StoreError error, Func<Task> action)
    {
        var failure = await Assert.ThrowsExactlyAsync<StoreException>(action);
        Assert.AreEqual(error, failure.Error, failure.Message);
        return failure;
    }
}
