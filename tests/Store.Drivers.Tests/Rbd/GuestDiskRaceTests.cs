using GlanceStore.Drivers.Rbd.Native;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.Drivers.Rbd;

/// <summary>Disks of guests that others are at in the same moment, or that somebody died at.</summary>
[TestClass]
public sealed class GuestDiskRaceTests
{
    private static readonly ImageId Name = new("guest-1.disk");
    private static readonly RbdDisk Disk = new(Name, "agent 7");

    [TestMethod]
    public async Task A_disk_that_a_guest_opens_while_it_is_deleted_is_InUse_and_has_its_name_again()
    {
        await using var place = TestPlace.New();
        var disk = await MakeAsync(place, await PutAsync(place));
        RbdImage? guest = null;
        await using (var other = new RbdDriver(place.Options, null, new HookedTime(() => guest ??= place.Behind.FindImageId(Name.Value) is null ? RbdImage.Open(place.Behind, disk) : null)))
        {
            Assert.AreEqual(StoreError.InUse, await ErrorAsync(() => other.DeleteDiskAsync(Disk, default).AsTask()));
        }

        Assert.IsNotNull(guest);
        guest.Dispose();
        Assert.AreEqual(disk, place.Behind.FindImageId(Name.Value));
        Assert.IsEmpty(place.Behind.ListTrash());
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, place.Rbd("export", Name.Value, "-"));
        Assert.IsTrue(await place.Driver.DeleteDiskAsync(Disk, default));
    }

    [TestMethod]
    public async Task What_got_the_name_after_it_was_looked_at_whose_the_disk_is_is_left_alone()
    {
        await using var place = TestPlace.New();
        await MakeAsync(place, await PutAsync(place));
        var looks = 0;
        await using (var other = new RbdDriver(place.Options, null, new HookedTime(Change)))
        {
            Assert.AreEqual(StoreError.Changed, await ErrorAsync(() => other.DeleteDiskAsync(Disk, default).AsTask()));
        }

        Assert.IsGreaterThanOrEqualTo(2, looks);
        Assert.AreEqual(Name.Value, place.Behind.ListImages().Single(image => image.Name == Name.Value).Name);
        Assert.IsEmpty(place.Behind.ListTrash());

        // The first is before, the second after it.
        void Change()
        {
            if (++looks == 2)
            {
                place.Behind.RemoveImage(Name.Value);
                place.Rbd("create", "--size", "1M", Name.Value);
            }
        }
    }

    [TestMethod]
    public async Task An_image_that_is_replaced_just_before_it_is_cloned_becomes_no_disk()
    {
        await using var place = TestPlace.New();
        var image = await PutAsync(place);
        var isReplaced = false;
        await using (var disks = new RbdDriver(place.Options, null, new HookedTime(() => isReplaced = isReplaced || Replace(place, image))))
        {
            Assert.AreEqual(StoreError.Changed, await ErrorAsync(() => disks.CloneDiskAsync(place.Driver, image, Disk, default).AsTask()));
            await disks.SettledAsync();
        }

        Assert.IsTrue(isReplaced);
        Assert.HasCount(1, place.Behind.ListImages());
        Assert.IsEmpty(place.Behind.ListTrash());
    }

    [TestMethod]
    public async Task What_a_killed_delete_has_left_goes_when_it_is_repeated_and_does_not_keep_the_image()
    {
        await using var place = TestPlace.New();
        var image = await PutAsync(place);
        var disk = await MakeAsync(place, image);
        RbdMark.TrySet(place.Behind, disk, RbdMark.Deleted);
        place.Behind.MoveToTrash(Name.Value, TimeSpan.Zero);
        place.Rbd("create", "--size", "1M", Name.Value);
        place.Rbd("trash", "mv", Name.Value); // an operator's
        Assert.IsFalse(await place.Driver.DeleteDiskAsync(Disk with { Owner = "agent 8" }, default));
        Assert.HasCount(2, place.Behind.ListTrash());
        Assert.IsFalse(await place.Driver.DeleteDiskAsync(Disk, default));
        Assert.AreNotEqual(disk, place.Behind.ListTrash().Single().Id);
        Assert.IsTrue(await place.Store.DeleteAsync(image.Location));
    }

    [TestMethod]
    public async Task A_disk_that_another_had_all_but_named_when_it_was_killed_is_left_alone()
    {
        await using var place = TestPlace.New();
        var image = await PutAsync(place);
        var theirs = await BeginAsync(place, image);
        place.Behind.TrySetMetadata(theirs, RbdDisks.Key, RbdDisks.MarkOf(theirs, image, Disk));
        HalfMovedTests.HalfRestore(place, theirs, Name.Value, static entry => entry[^1] = HalfMovedTests.Restoring);
        Assert.HasCount(1, place.Behind.ListTrash());
        Assert.AreEqual(StoreError.Changed, await ErrorAsync(() => place.Driver.DeleteDiskAsync(Disk with { Owner = "agent 8" }, default).AsTask()));
        Assert.AreEqual(theirs, place.Behind.FindImageId(Name.Value));
        Assert.IsEmpty(place.Behind.ListTrash());
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, place.Rbd("export", Name.Value, "-"));
        Assert.IsTrue(await place.Driver.DeleteDiskAsync(Disk, default));
    }

    [TestMethod]
    public async Task A_name_that_a_sweep_takes_for_an_uploads_is_InvalidLocation_for_images_and_disks()
    {
        await using var place = TestPlace.New();
        var image = await PutAsync(place);
        var name = new ImageId("glancestore-put.guest-1.disk");
        Assert.AreEqual(StoreError.InvalidLocation, await ErrorAsync(() => place.Driver.CloneDiskAsync(place.Driver, image, Disk with { Name = name }, default).AsTask()));
        Assert.AreEqual(StoreError.InvalidLocation, await ErrorAsync(() => place.Store.PutAsync(name, new MemoryStream([1]))));
        Assert.HasCount(1, place.Behind.ListImages());
        Assert.IsEmpty(place.Behind.ListTrash());
    }

    [TestMethod]
    public async Task A_disk_or_copy_of_an_image_that_bears_marks_is_not_swept_when_an_operator_puts_it_into_the_trash()
    {
        await using var place = TestPlace.New();
        var image = await PutAsync(place);
        var parent = place.Behind.ListImages().Single().Id;
        RbdMark.TrySet(place.Behind, parent, RbdMark.Deleted);
        place.Behind.TrySetMetadata(parent, RbdDisks.Key, RbdDisks.MarkOf(parent, image, Disk));
        await MakeAsync(place, image);
        var copy = ImageId.New();
        await place.Driver.CopyAsync(place.Driver, image, copy, WriteMode.CreateNew, default);
        foreach (var name in new[] { Name, copy })
        {
            place.Rbd("trash", "mv", name.Value);
        }

        Assert.IsEmpty(await place.Driver.SweepAsync(DateTimeOffset.UtcNow.AddDays(1), SweepMode.Remove, default).ToListAsync());
        Assert.HasCount(2, place.Behind.ListTrash());
    }

    private static async Task<StoredObject> PutAsync(TestPlace place)
    {
        var id = await place.PutAsync([1, 2, 3]);
        return (await place.Driver.FindAsync(place.Driver.LocationOf(id), default))!;
    }

    private static async Task<string> MakeAsync(TestPlace place, StoredObject image)
    {
        await place.Driver.CloneDiskAsync(place.Driver, image, Disk, default);
        return place.IdOf(Name);
    }

    private static async Task<string> BeginAsync(TestPlace place, StoredObject image)
    {
        await using var connection = new RbdConnection(place.Options, NullLogger.Instance, () => null, TimeProvider.System);
        var session = await connection.SessionAsync(default);
        var upload = RbdUpload.BeginClone(session, Name, session.Pool, RbdLocations.PlaceOf(image.Location), place.Options.Order);
        await upload.CloseAsync();
        return upload.Id;
    }

    private static bool Replace(TestPlace place, StoredObject image)
    {
        var id = new ImageId(RbdLocations.PlaceOf(image.Location).Image);
        place.Store.PutAsync(id, new MemoryStream([4, 5, 6]), new PutOptions { Mode = WriteMode.Replace }).GetAwaiter().GetResult();
        return true;
    }

    private static async Task<StoreError> ErrorAsync(Func<Task> act) => (await Assert.ThrowsExactlyAsync<StoreException>(act)).Error;

    /// <summary>The system's clock, at which something happens whenever the driver looks at it, which it does before each of its steps.</summary>
    private sealed class HookedTime(Action looked) : TimeProvider
    {
        public override long GetTimestamp()
        {
            looked();
            return base.GetTimestamp();
        }
    }
}
