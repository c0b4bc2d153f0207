using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

[TestClass]
public sealed class StoredTests
{
    private const int HoledBytes = 48 << 20;

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow((8 << 20) - 1)]
    [DataRow(8 << 20)]
    [DataRow((8 << 20) + 1)]
    [DataRow((20 << 20) + 7)]
    public async Task Ceph_exports_what_was_put(int length)
    {
        await using var place = TestPlace.New();
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var id = await place.PutAsync(bytes);
        TestPlace.AssertSame(bytes, place.Rbd("export", $"{id}@snap", "-"));
    }

    [TestMethod]
    public async Task Holes_are_read_as_zeros_and_the_bytes_around_them_as_they_are()
    {
        await using var place = TestPlace.New();
        var bytes = new byte[HoledBytes];
        new Random(1).NextBytes(bytes.AsSpan(10 << 20, 100_000));
        new Random(2).NextBytes(bytes.AsSpan(HoledBytes - 5, 5));
        await using var thin = new RbdDriver(place.Options with { ThinProvisioning = true });
        await using var store = new ImageStore("thin", thin);
        using var source = new MemoryStream(bytes, writable: false);
        var id = ImageId.New();
        await store.PutAsync(id, source);
        Assert.HasCount(2, place.Objects.Where(name => name.StartsWith("rbd_data.", StringComparison.Ordinal)));
        TestPlace.AssertSame(bytes, await place.ReadAsync(id));
        TestPlace.AssertSame(bytes, place.Rbd("export", $"{id}@snap", "-"));
    }

    [TestMethod]
    public async Task An_image_that_nobody_finished_is_none_and_stands_in_the_way()
    {
        await using var place = TestPlace.New();
        var id = ImageId.New();
        place.Behind.CreateImage(id.Value, 1000, RbdImage.Layering, 23);
        Assert.IsNull(await place.Store.FindAsync(place.Store.LocationOf(id)));
        using var source = new MemoryStream([1]);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => place.Store.PutAsync(id, source));
        Assert.AreEqual(StoreError.AlreadyExists, error.Error);
        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)));
        Assert.IsEmpty(place.Objects);
    }

    [TestMethod]
    public async Task An_upload_under_way_has_no_name()
    {
        await using var place = TestPlace.New();
        await using var writer = await place.Driver.OpenWriteAsync(ImageId.New(), new WriteIntent(WriteMode.CreateNew, 1000), default);
        Assert.IsEmpty(place.Behind.ListImages());
        Assert.HasCount(1, place.Behind.ListTrash());
    }

    [TestMethod]
    public async Task A_sweep_takes_what_nobody_has_open_and_leaves_the_rest()
    {
        await using var place = TestPlace.New();
        var kept = await place.PutAsync([1, 2, 3]);
        await using var alive = await place.Driver.OpenWriteAsync(ImageId.New(), new WriteIntent(WriteMode.CreateNew, 1000), default);
        var dead = await place.Driver.OpenWriteAsync(ImageId.New(), new WriteIntent(WriteMode.CreateNew, 1000) { StaysOpen = true }, default);
        await dead.DisposeAsync();
        var operators = ImageId.New();
        place.Behind.CreateImage(operators.Value, 1000, RbdImage.Layering, 23);
        place.Behind.MoveToTrash(operators.Value, TimeSpan.Zero);
        var later = DateTimeOffset.UtcNow.AddHours(1);
        Assert.IsEmpty(await place.Driver.SweepAsync(DateTimeOffset.UtcNow.AddHours(-1), SweepMode.Remove, default).ToListAsync());
        Assert.HasCount(1, await place.Driver.SweepAsync(later, SweepMode.DryRun, default).ToListAsync());
        Assert.HasCount(1, await place.Driver.SweepAsync(later, SweepMode.Remove, default).ToListAsync());
        Assert.HasCount(2, place.Behind.ListTrash(), "The one that is alive, and the operator's.");
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await place.ReadAsync(kept));
    }

    [TestMethod]
    public async Task A_listing_tells_every_image_once_over_its_pages()
    {
        await using var place = TestPlace.New();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add((await place.PutAsync([1, 2])).Value);
        }

        var told = new List<string>();
        string? continuation = null;
        do
        {
            var page = await place.Driver.ListAsync(new ListingRequest("", continuation, 2), default);
            told.AddRange(page.Images.Select(image => image.Name));
            continuation = page.Continuation;
        }
        while (continuation is not null);
        CollectionAssert.AreEquivalent(ids, told);
    }

    [TestMethod]
    public async Task A_copy_within_the_cluster_is_the_image_and_hangs_on_nothing()
    {
        await using var place = TestPlace.New();
        await using var other = new RbdDriver(place.Options);
        var bytes = new byte[9 << 20];
        new Random(3).NextBytes(bytes);
        var (id, copy) = (await place.PutAsync(bytes), ImageId.New());
        var image = await place.Driver.FindAsync(place.Driver.LocationOf(id), default);
        Assert.IsTrue(other.CanCopyFrom(place.Driver));
        await other.CopyAsync(place.Driver, image!, copy, WriteMode.CreateNew, default);
        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)), "No clone hangs on it.");
        TestPlace.AssertSame(bytes, await place.ReadAsync(copy));
    }

    [TestMethod]
    public async Task A_probe_finds_that_the_user_may_do_all_that_a_store_does()
    {
        await using var place = TestPlace.New();
        foreach (var finding in await place.Driver.ProbeAsync(default).ToListAsync())
        {
            Assert.AreEqual(ProbeAnswer.Yes, finding.Answer, finding.Detail);
        }

        Assert.IsEmpty(place.Objects);
    }
}
