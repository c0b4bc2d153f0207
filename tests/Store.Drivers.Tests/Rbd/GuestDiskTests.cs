using GlanceStore.Conformance;
using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>Disks of guests that the driver clones within the cluster.</summary>
[TestClass]
public sealed class GuestDiskTests
{
    private const int Length = 9 << 20;
    private const string DiskPool = "vms";

    private static readonly ImageId Name = new("guest-1.disk");
    private static readonly RbdDisk Disk = new(Name, "agent 7");

    [TestMethod]
    public async Task A_disk_is_the_image_at_the_size_that_was_asked_for_and_the_image_is_InUse_until_it_is_gone()
    {
        await using var place = TestPlace.New();
        var (id, image) = await PutAsync(place);
        var location = place.Store.LocationOf(id);
        await place.Driver.CloneDiskAsync(place.Driver, image, Disk with { SizeBytes = 2 * Length }, default);
        var exported = place.Rbd("export", Name.Value, "-");
        Assert.AreEqual(2 * Length, exported.Length);
        TestPlace.AssertSame(Bytes(), exported[..Length]);
        Assert.IsNull(await place.Store.FindAsync(place.Store.LocationOf(Name)), "A disk is no image.");
        Assert.AreEqual(StoreError.InUse, await ErrorAsync(() => place.Store.DeleteAsync(location)));
        TestPlace.AssertSame(Bytes(), await place.ReadAsync(id));
        Assert.IsTrue(await place.Driver.DeleteDiskAsync(Disk, default));
        Assert.IsFalse(await place.Driver.DeleteDiskAsync(Disk, default));
        Assert.IsTrue(await place.Store.DeleteAsync(location));
        Assert.IsEmpty(place.Objects);
    }

    [TestMethod]
    public async Task A_call_that_is_repeated_finds_its_disk_and_one_for_another_image_or_size_is_AlreadyExists()
    {
        await using var place = TestPlace.New();
        var (_, image) = await PutAsync(place);
        var (_, other) = await PutAsync(place);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => place.Driver.CloneDiskAsync(place.Driver, image, Disk, default).AsTask()));
        var before = place.IdOf(Name);
        await place.Driver.CloneDiskAsync(place.Driver, image, Disk with { SizeBytes = Length }, default);
        Assert.AreEqual(before, place.IdOf(Name));
        Assert.AreEqual(StoreError.AlreadyExists, await ErrorAsync(() => place.Driver.CloneDiskAsync(place.Driver, other, Disk, default).AsTask()));
        Assert.AreEqual(StoreError.AlreadyExists, await ErrorAsync(() => place.Driver.CloneDiskAsync(place.Driver, image, Disk with { SizeBytes = 2 * Length }, default).AsTask()));
        await place.Driver.SettledAsync();
        Assert.IsEmpty(place.Behind.ListTrash());
        Assert.AreEqual(before, place.IdOf(Name));
    }

    [TestMethod]
    public async Task A_disk_that_a_guest_has_open_is_InUse_and_one_that_others_made_is_left_alone()
    {
        await using var place = TestPlace.New();
        var (id, image) = await PutAsync(place);
        await place.Driver.CloneDiskAsync(place.Driver, image, Disk, default);
        using (RbdImage.Open(place.Behind, place.IdOf(Name)))
        {
            Assert.AreEqual(StoreError.InUse, await ErrorAsync(() => place.Driver.DeleteDiskAsync(Disk, default).AsTask()));
        }

        place.Rbd("snap", "create", $"{Name}@backup");
        Assert.AreEqual(StoreError.InUse, await ErrorAsync(() => place.Driver.DeleteDiskAsync(Disk, default).AsTask()));

        // A clone of a disk begins with all that is written on that; it is not ours for that.
        place.Rbd("snap", "protect", $"{Name}@backup");
        CephServer.Rbd("clone", place.Spec($"{Name}@backup"), place.Spec("theirs"));
        foreach (var theirs in new[] { Disk with { Name = new ImageId("theirs") }, Disk with { Name = id }, Disk with { Owner = "agent 8" } })
        {
            Assert.AreEqual(StoreError.Changed, await ErrorAsync(() => place.Driver.DeleteDiskAsync(theirs, default).AsTask()));
            Assert.AreEqual(StoreError.AlreadyExists, await ErrorAsync(() => place.Driver.CloneDiskAsync(place.Driver, image, theirs, default).AsTask()));
        }

        TestPlace.AssertSame(Bytes(), place.Rbd("export", Name.Value, "-"));
        TestPlace.AssertSame(Bytes(), place.Rbd("export", "theirs", "-"));
    }

    [TestMethod]
    public async Task What_a_killed_call_has_left_goes_with_the_disk_and_does_not_keep_the_image()
    {
        await using var place = TestPlace.New();
        var (id, _) = await PutAsync(place);
        await using (var connection = new RbdConnection(place.Options, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, () => null, TimeProvider.System))
        {
            var session = await connection.SessionAsync(default);
            var from = new RbdPlace(id.Value, RbdLocations.Snapshot);
            await RbdUpload.BeginClone(session, Name, session.Pool, from, place.Options.Order).CloseAsync();
            session.Pool.CloneImage(session.Pool, id.Value, RbdLocations.Snapshot, RbdLocations.NewUploadName(Name.Value), session.Features, place.Options.Order);
        }

        Assert.HasCount(1, place.Behind.ListTrash());
        Assert.HasCount(2, place.Behind.ListImages());
        Assert.IsFalse(await place.Driver.DeleteDiskAsync(Disk, default));
        Assert.IsEmpty(place.Behind.ListTrash());
        Assert.HasCount(1, place.Behind.ListImages());
        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)));
    }

    [TestMethod]
    public async Task An_image_that_was_replaced_meanwhile_or_is_elsewhere_becomes_no_disk()
    {
        await using var place = TestPlace.New();
        var (id, image) = await PutAsync(place);
        await place.Store.PutAsync(id, new MemoryStream(Bytes()), new PutOptions { Mode = WriteMode.Replace });
        Assert.AreEqual(StoreError.Changed, await ErrorAsync(() => place.Driver.CloneDiskAsync(place.Driver, image, Disk, default).AsTask()));
        using var conf = TestConf.OfMonitor(1);
        await using var elsewhere = new RbdDriver(conf.Options);
        Assert.AreEqual(StoreError.Unsupported, await ErrorAsync(() => place.Driver.CloneDiskAsync(elsewhere, image, Disk, default).AsTask()));
        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(() => place.Driver.CloneDiskAsync(place.Driver, image, Disk with { SizeBytes = Length - 1 }, default).AsTask());
        Assert.IsNull(place.Behind.FindImageId(Name.Value));
        Assert.IsEmpty(place.Behind.ListTrash());
    }

    [TestMethod]
    public async Task Who_may_only_read_the_images_clones_them_into_a_pool_of_disks_as_operators_grant_it()
    {
        if (CephServer.SkipReason is { } reason)
        {
            SkippedServers.Skip("ceph", reason);
        }

        CephServer.MakePool(DiskPool);
        using var user = TestUser.New("profile rbd", $"profile rbd pool={DiskPool}, profile rbd-read-only pool={CephServer.Pool}");
        await using var images = new ImageStore("images", new RbdDriver(CephServer.Options()));
        await using var readable = new RbdDriver(user.Options(CephServer.Options()));
        await using var disks = new RbdDriver(user.Options(CephServer.Options(DiskPool)));
        var (id, disk) = (ImageId.New(), new RbdDisk(ImageId.New(), "agent 7"));
        await images.PutAsync(id, new MemoryStream(Bytes()));
        var image = (await readable.FindAsync(readable.LocationOf(id), default))!;
        await disks.CloneDiskAsync(readable, image, disk, default);
        TestPlace.AssertSame(Bytes(), CephServer.Rbd("export", $"{DiskPool}/{disk.Name}", "-"));
        Assert.AreEqual(StoreError.InUse, await ErrorAsync(() => images.DeleteAsync(images.LocationOf(id))));
        Assert.IsTrue(await disks.DeleteDiskAsync(disk, default));
        Assert.IsTrue(await images.DeleteAsync(images.LocationOf(id)));
    }

    private static async Task<(ImageId Id, StoredObject Image)> PutAsync(TestPlace place)
    {
        var id = await place.PutAsync(Bytes());
        return (id, (await place.Driver.FindAsync(place.Driver.LocationOf(id), default))!);
    }

    private static async Task<StoreError> ErrorAsync(Func<Task> act) => (await Assert.ThrowsExactlyAsync<StoreException>(act)).Error;

    private static byte[] Bytes()
    {
        var bytes = new byte[Length];
        new Random(3).NextBytes(bytes);
        return bytes;
    }
}
