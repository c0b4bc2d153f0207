using System.Security.Cryptography;
using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Rbd;

/// <summary>What OpenStack's own library stores we read, verify and delete, and the other way round, in the pool itself.</summary>
[TestClass]
public sealed class InteroperationTests
{
    private const int MiB = 1 << 20;

    // To start Python takes longer than any of these tests, and it does one thing at a time: a few for all of them.
    private static readonly Lazy<PythonStore>[] Pythons =
        [.. Enumerable.Range(0, 3).Select(_ => new Lazy<PythonStore>(() => PythonStore.Start(CephServer.Options())))];

    private static int _tests;

    private readonly Lazy<PythonStore> _python = Pythons[(uint)Interlocked.Increment(ref _tests) % Pythons.Length];

    public TestContext TestContext { get; set; } = null!;

    /// <summary>Sizes about objects and chunks, and one beyond the first growth of an image whose size is not told.</summary>
    public static IEnumerable<object[]> Cases =>
    [
        .. from length in new[] { 0, 1, (4 * MiB) - 1, 4 * MiB, (4 * MiB) + 1, (8 * MiB) - 1, 8 * MiB, (8 * MiB) + 1, (20 * MiB) + 7 }
           from isSizeTold in new[] { true, false }
           select new object[] { length, isSizeTold },
        [(65 * MiB) + 3, false],
    ];

    [ClassCleanup]
    public static async Task EndAsync()
    {
        foreach (var python in Pythons.Where(python => python.IsValueCreated))
        {
            await python.Value.DisposeAsync();
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public async Task What_glance_store_stores_is_found_verified_read_and_deleted_here(int length, bool isSizeTold)
    {
        await using var store = OpenStore();
        var (id, bytes) = (ImageId.New(), Bytes(length));
        var theirs = await Python.PutAsync(id.Value, bytes, isSizeTold);
        var location = store.ParseLocation(theirs.Uri);
        Assert.AreEqual(store.LocationOf(id), location);
        Assert.AreEqual(theirs.Uri, location.Uri);
        Assert.AreEqual(length, (await store.FindAsync(location, TestContext.CancellationToken))?.Size);
        AssertSame(bytes, await ReadAsync(store, location, theirs.Md5, theirs.Sha512));
        Assert.IsTrue(await store.DeleteAsync(location, cancellationToken: TestContext.CancellationToken));
        Assert.AreEqual("NotFound", await Python.ErrorOfAsync("size", theirs.Uri));
        Assert.AreEqual("NotFound", await Python.ErrorOfAsync("delete", theirs.Uri));
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public async Task What_is_stored_here_glance_store_sizes_reads_and_deletes(int length, bool isSizeTold)
    {
        await using var store = OpenStore();
        var (id, bytes) = (ImageId.New(), Bytes(length));
        var receipt = await PutAsync(store, id, bytes, isSizeTold);
        Assert.AreEqual(length, await Python.SizeAsync(receipt.Location.Uri));
        AssertSame(bytes, await Python.GetAsync(receipt.Location.Uri));
        await Python.DeleteAsync(receipt.Location.Uri);
        Assert.IsNull(await store.FindAsync(receipt.Location, TestContext.CancellationToken));
        Assert.IsFalse(await store.DeleteAsync(receipt.Location, cancellationToken: TestContext.CancellationToken));
    }

    [TestMethod]
    public async Task Either_side_reads_and_deletes_by_the_older_form_of_a_location()
    {
        await using var store = OpenStore();
        var (ours, theirs, bytes) = (ImageId.New(), ImageId.New(), Bytes(5 * MiB));
        await PutAsync(store, ours, bytes, isSizeTold: true);
        AssertSame(bytes, await Python.GetAsync($"rbd://{ours}"));
        await Python.DeleteAsync(store.LocationOf(ours).Uri);
        var stored = await Python.PutAsync(theirs.Value, bytes);
        var location = store.ParseLocation($"rbd://{theirs}");
        AssertSame(bytes, await ReadAsync(store, location, stored.Sha512));
        Assert.IsTrue(await store.DeleteAsync(location, cancellationToken: TestContext.CancellationToken));
    }

    [TestMethod]
    [DataRow("a b/c")]
    [DataRow("100%25")]
    [DataRow("?query=1&x#fragment")]
    [DataRow("user:pass@host")]
    [DataRow("Prüfbild ☃ 𝕏")]
    [DataRow("(a)!*'~.-_")]
    public async Task Names_that_locations_quote_are_the_same_for_both(string name)
    {
        await using var store = OpenStore();
        name = $"{Guid.NewGuid():N} {name}";
        var bytes = Bytes(1000);
        var theirs = await Python.PutAsync(name, bytes);
        var location = store.ParseLocation(theirs.Uri);
        Assert.AreEqual(theirs.Uri, location.Uri);
        AssertSame(bytes, await ReadAsync(store, location, theirs.Sha512));
        Assert.IsTrue(await store.DeleteAsync(location, cancellationToken: TestContext.CancellationToken));
        Assert.AreEqual("NotFound", await Python.ErrorOfAsync("size", theirs.Uri));
    }

    [TestMethod]
    public async Task A_pool_whose_name_locations_quote_is_the_same_for_both()
    {
        Require();
        CephServer.MakePool(CephServer.QuotedPool);
        var place = CephServer.Options(CephServer.QuotedPool) with { User = "admin" };
        await using var store = new ImageStore("rbd", new RbdDriver(place));
        await using var python = PythonStore.Start(place);
        var (ours, theirs, bytes) = (ImageId.New(), ImageId.New(), Bytes(9 * MiB));
        var receipt = await PutAsync(store, ours, bytes, isSizeTold: true);
        AssertSame(bytes, await python.GetAsync(receipt.Location.Uri));
        await python.DeleteAsync(receipt.Location.Uri);
        var stored = await python.PutAsync(theirs.Value, bytes);
        Assert.AreEqual(store.LocationOf(theirs).Uri, stored.Uri);
        AssertSame(bytes, await ReadAsync(store, store.LocationOf(theirs), stored.Sha512));
        Assert.IsTrue(await store.DeleteAsync(store.LocationOf(theirs), cancellationToken: TestContext.CancellationToken));
    }

    [TestMethod]
    public async Task What_a_clone_hangs_on_is_in_use_for_both()
    {
        await using var store = OpenStore();
        var id = ImageId.New();
        var receipt = await PutAsync(store, id, Bytes(1000), isSizeTold: true);
        CephServer.Rbd("clone", $"{CephServer.Pool}/{id}@snap", $"{CephServer.Pool}/{id}-volume");
        Assert.AreEqual("InUseByStore", await Python.ErrorOfAsync("delete", receipt.Location.Uri));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.DeleteAsync(receipt.Location, cancellationToken: TestContext.CancellationToken));
        Assert.AreEqual(StoreError.InUse, error.Error, error.Message);
        CephServer.Rbd("rm", $"{CephServer.Pool}/{id}-volume");
        Assert.IsTrue(await store.DeleteAsync(receipt.Location, cancellationToken: TestContext.CancellationToken));
    }

    private PythonStore Python => _python.Value;

    private static ImageStore OpenStore()
    {
        Require();
        return new ImageStore("rbd", new RbdDriver(CephServer.Options()));
    }

    private static void Require()
    {
        if (CephServer.SkipReason is { } reason)
        {
            SkippedServers.Skip("ceph", reason);
        }

        if (PythonStore.SkipReason is { } missing)
        {
            SkippedServers.Skip(PythonStore.Tool, missing);
        }
    }

    private static byte[] Bytes(int length) => new SyntheticContent(length).Bytes(length);

    private async Task<ImageReceipt> PutAsync(ImageStore store, ImageId id, byte[] bytes, bool isSizeTold)
    {
        await using var source = new SyntheticStream(new SyntheticContent(bytes.Length), bytes.Length);
        var options = new PutOptions { ExpectedSize = isSizeTold ? bytes.Length : null };
        return await store.PutAsync(id, source, options, TestContext.CancellationToken);
    }

    private async Task<byte[]> ReadAsync(ImageStore store, ImageLocation location, params Digest[] expected)
    {
        await using var stream = await store.OpenReadAsync(location, new ReadOptions { ExpectedDigests = expected }, TestContext.CancellationToken);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, TestContext.CancellationToken);
        return bytes.ToArray();
    }

    private static void AssertSame(byte[] expected, byte[] actual) =>
        Assert.AreEqual(Convert.ToHexString(SHA512.HashData(expected)), Convert.ToHexString(SHA512.HashData(actual)));
}
