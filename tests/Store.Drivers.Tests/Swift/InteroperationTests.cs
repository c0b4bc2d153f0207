using System.Collections.Concurrent;
using System.Security.Cryptography;
using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Swift;

/// <summary>What OpenStack's own library wrote we read, verify and delete, and the other way round, over the same containers.</summary>
[TestClass]
public sealed class InteroperationTests
{
    private const int Segment = PythonStore.SegmentBytes;

    // To start Python takes longer than any of these tests: one for each server, over one container.
    private static readonly ConcurrentDictionary<string, Lazy<Task<Shared>>> ByServer = new();

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Cases =>
        from server in new[] { "swift", "keystone" }
        from size in new[] { 0, 1, Segment - 1, Segment, Segment + 1, (3 * Segment) + 7 }
        select new object[] { server, size };

    [ClassCleanup]
    public static async Task EndAsync()
    {
        foreach (var shared in ByServer.Values)
        {
            var (server, place, _, python) = await shared.Value;
            await python.DisposeAsync();
            await server.RemoveAsync(place.Container);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public Task What_Python_writes_we_read_verify_and_delete(string server, int size) => WithSharedAsync(server, SwiftManifest.Slo, async (store, python, list) =>
    {
        foreach (var isKnown in new[] { true, false })
        {
            var id = ImageId.New();
            var written = await python.PutAsync(id, seed: 1, size, isKnown);
            Assert.AreEqual(store.LocationOf(id).Uri, written.GetProperty("uri").GetString(), "The locations are the same.");
            var location = store.ParseLocation(written.GetProperty("uri").GetString()!);
            Assert.AreEqual(size, (await store.FindAsync(location, TestContext.CancellationToken))!.Size);
            var digests = new ReadOptions { ExpectedDigests = [new Digest("sha512", written.GetProperty("multihash").GetString()!)] };
            CollectionAssert.AreEqual(PythonStore.BytesOf(1, size), await ReadAsync(store, location, digests));
            Assert.IsTrue(await store.DeleteAsync(location, cancellationToken: TestContext.CancellationToken));
            Assert.AreEqual("NotFound", (await python.AskAsync("get", location.Uri)).GetProperty("error").GetString());
            Assert.IsEmpty(await list(id), "No segment may stay.");
        }
    });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public async Task What_we_write_Python_reads_and_deletes(string server, int size)
    {
        foreach (var manifest in new[] { SwiftManifest.Slo, SwiftManifest.Dlo })
        {
            await WithSharedAsync(server, manifest, async (store, python, list) =>
            {
                var bytes = PythonStore.BytesOf(2, size);
                var id = ImageId.New();
                var receipt = await store.PutAsync(id, new MemoryStream(bytes), new PutOptions { ExpectedSize = size }, TestContext.CancellationToken);
                var uri = receipt.Location.Uri;
                Assert.AreEqual(size, (await python.AskAsync("size", uri)).GetProperty("size").GetInt64());
                var read = await python.AskAsync("get", uri);
                Assert.AreEqual((size, Convert.ToHexStringLower(SHA256.HashData(bytes))), (read.GetProperty("length").GetInt32(), read.GetProperty("sha256").GetString()));
                Assert.IsFalse((await python.AskAsync("delete", uri)).TryGetProperty("error", out var error), error.ToString());
                Assert.IsNull(await store.FindAsync(receipt.Location, TestContext.CancellationToken));
                Assert.IsEmpty(await list(id), "No segment may stay.");
            });
        }
    }

    [TestMethod]
    [DataRow("swift", "deep")]
    [DataRow("keystone", "deep")]
    [DataRow("swift", null)]
    public Task A_large_image_of_Python_is_listed_whole_and_its_segments_are_no_images(string server, string? name) => WithSharedAsync(server, SwiftManifest.Slo, async (store, python, _) =>
    {
        const int Size = (5 * Segment) + 7;
        var id = name is null ? ImageId.New() : new ImageId($"{name}-{Guid.NewGuid():N}");
        await python.PutAsync(id, seed: 8, Size, isKnown: true);
        var listed = new List<ListedImage>();
        await foreach (var page in store.ListAsync(new ListingRequest(id.Value, MaxImages: 2), TestContext.CancellationToken))
        {
            listed.AddRange(page.Images);
        }

        Assert.AreEqual((id.Value, Size), (listed.Single().Name, listed[0].Stored.Size));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(
            () => store.DeleteAsync(store.LocationOf(new ImageId($"{id}-00003")), cancellationToken: TestContext.CancellationToken));
        Assert.AreEqual(StoreError.InUse, error.Error, error.Message);
        CollectionAssert.AreEqual(PythonStore.BytesOf(8, Size), await ReadAsync(store, store.LocationOf(id), null));
    });

    [TestMethod]
    [DataRow("swift")]
    [DataRow("keystone")]
    public Task An_image_of_Python_is_replaced_with_all_its_segments(string server) => WithSharedAsync(server, SwiftManifest.Slo, async (store, python, list) =>
    {
        var id = ImageId.New();
        await python.PutAsync(id, seed: 3, 2 * Segment, isKnown: true);
        var bytes = PythonStore.BytesOf(4, Segment + 5);
        await store.PutAsync(id, new MemoryStream(bytes), new PutOptions { Mode = WriteMode.Replace }, TestContext.CancellationToken);
        CollectionAssert.AreEqual(bytes, await ReadAsync(store, store.LocationOf(id), null));
        await store.DeleteAsync(store.LocationOf(id), cancellationToken: TestContext.CancellationToken);
        Assert.IsEmpty(await list(id));
    });

    [TestMethod]
    public Task Segments_a_killed_upload_of_ours_left_do_not_get_into_an_image_of_Python() => WithSharedAsync("swift", SwiftManifest.Slo, async (store, python, _) =>
    {
        var id = ImageId.New();
        var container = store.LocationOf(id).Uri.Split('/')[^2];
        await SwiftServer.TempAuth.PutAsync($"/{container}/{new SwiftSegments(id.Value, "0123456789abcdef").NameOf(0)}", [1, 2, 3]);
        await python.PutAsync(id, seed: 5, 2 * Segment, isKnown: true);
        CollectionAssert.AreEqual(PythonStore.BytesOf(5, 2 * Segment), await ReadAsync(store, store.LocationOf(id), null));
    });

    [TestMethod]
    [DataRow("swift")]
    [DataRow("keystone")]
    public async Task Without_a_file_of_accounts_the_locations_are_the_same_but_for_the_credentials(string name)
    {
        var server = Server(name);
        var place = await server.NewPlaceAsync() with { LegacyUris = true };
        await using var driver = new SwiftDriver(place);
        await using var store = new ImageStore("swift", driver);
        await using var python = PythonStore.Start(place, null);
        var id = ImageId.New();
        var uri = (await python.PutAsync(id, seed: 6, 10, isKnown: true)).GetProperty("uri").GetString()!;
        var location = store.ParseLocation(uri);
        Assert.AreEqual(store.LocationOf(id), location);
        Assert.AreEqual(uri, driver.LegacyUriOf(location));
        Assert.AreEqual(uri[(uri.IndexOf('@', StringComparison.Ordinal) + 1)..], location.Uri[(location.Uri.IndexOf("://", StringComparison.Ordinal) + 3)..]);
        CollectionAssert.AreEqual(PythonStore.BytesOf(6, 10), await ReadAsync(store, location, null));
        Assert.AreEqual(10, (await python.AskAsync("size", driver.LegacyUriOf(location))).GetProperty("size").GetInt64());
        await server.RemoveAsync(place.Container);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(10)]
    [DataRow(32)]
    public async Task Containers_spread_by_seed_are_the_same(int seed)
    {
        var (server, place, references, python) = await StartAsync("swift", seed);
        await using var ended = python;
        await using var store = Open(place, references, SwiftManifest.Slo);
        var id = ImageId.New();
        Assert.AreEqual(store.LocationOf(id).Uri, (await python.PutAsync(id, seed: 7, 10, isKnown: true)).GetProperty("uri").GetString());
        CollectionAssert.AreEqual(PythonStore.BytesOf(7, 10), await ReadAsync(store, store.LocationOf(id), null));
        await store.DeleteAsync(store.LocationOf(id), cancellationToken: TestContext.CancellationToken);
        await server.RemoveAsync(store.LocationOf(id).Uri.Split('/')[^2]);
        await server.RemoveAsync(place.Container);
    }

    private static async Task WithSharedAsync(
        string name, SwiftManifest manifest, Func<ImageStore, PythonStore, Func<ImageId, Task<IReadOnlyCollection<string>>>, Task> body)
    {
        Server(name);
        var (server, place, references, python) = await ByServer.GetOrAdd(name, _ => new(() => StartAsync(name, 0))).Value;
        await using var store = Open(place, references, manifest);
        await body(store, python, async id => [.. (await server.ListAsync(place.Container)).Where(found => found.StartsWith(id.Value, StringComparison.Ordinal))]);
    }

    private static async Task<Shared> StartAsync(string name, int seed)
    {
        var server = Server(name);
        var place = await server.NewPlaceAsync() with { ContainersSeed = seed, CreateContainer = seed > 0 };
        var references = await WriteReferencesAsync(place);
        return new Shared(server, place, references, PythonStore.Start(place, references));
    }

    private static ImageStore Open(SwiftDriverOptions place, string references, SwiftManifest manifest) => new("swift",
        new SwiftDriver(place with { ConfigFile = references, Manifest = manifest, User = null, Key = null, AuthAddress = "" }), new ImageStoreOptions { ChunkBytes = Segment });

    private static SwiftServer Server(string name)
    {
        if (PythonStore.SkipReason is { } reason)
        {
            SkippedServers.Skip(PythonStore.Tool, reason);
        }

        return SwiftServer.Of(name).Required();
    }

    private static async Task<string> WriteReferencesAsync(SwiftDriverOptions place)
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, $"""
            [ref1]
            auth_version = {(int)place.AuthVersion}
            auth_address = {place.AuthAddress}
            user = {place.User}
            key = "{place.Key}"
            """);
        return path;
    }

    private async Task<byte[]> ReadAsync(ImageStore store, ImageLocation location, ReadOptions? options)
    {
        await using var stream = await store.OpenReadAsync(location, options, TestContext.CancellationToken);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, TestContext.CancellationToken);
        return bytes.ToArray();
    }

    /// <summary>One container of one server, and both libraries over it.</summary>
    private sealed record Shared(SwiftServer Server, SwiftDriverOptions Place, string References, PythonStore Python);
}
