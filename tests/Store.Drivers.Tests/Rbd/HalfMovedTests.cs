using System.Buffers.Binary;

namespace GlanceStore.Drivers.Rbd;

/// <summary>
/// What is left of a move into the trash or out of it that somebody died at, made by hand: where the name leads, the directory, and the state
/// of the entry in the trash (<c>cls::rbd::TrashImageState</c>).
/// </summary>
[TestClass]
public sealed class HalfMovedTests
{
    internal const byte Restoring = 3;

    private const byte Moving = 1;

    [TestMethod]
    [DataRow(Moving)]
    [DataRow(Restoring)]
    public async Task An_image_that_still_has_its_name_is_read_and_deleted(byte state)
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync([1, 2, 3]);
        Enter(place, id, state, TimeSpan.Zero);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await place.ReadAsync(id));
        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)));
        Assert.IsEmpty(place.Objects, string.Join(' ', place.Objects));
        Assert.IsEmpty(place.Behind.ListTrash());
    }

    [TestMethod]
    [DataRow(Moving)]
    [DataRow(Restoring)]
    public async Task An_image_that_still_has_its_name_has_all_of_it_again_after_a_sweep(byte state)
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync([1, 2, 3]);
        RbdMark.TrySet(place.Behind, place.IdOf(id), RbdMark.Deleted);
        Enter(place, id, state, TimeSpan.Zero);
        Assert.IsEmpty(await SweepAsync(place));
        Assert.IsEmpty(place.Behind.ListTrash());
        Assert.AreEqual(id.Value, place.Behind.ListImages().Single().Name);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await place.ReadAsync(id));
    }

    [TestMethod]
    public async Task A_name_that_leads_to_nothing_and_is_still_listed_is_taken_anew_without_a_mix_up()
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync([1, 2, 3]);
        var old = place.IdOf(id);
        RbdMark.TrySet(place.Behind, old, RbdMark.Deleted);
        Enter(place, id, Moving, TimeSpan.FromMinutes(2));
        place.Rados("rm", $"rbd_id.{id}");
        Assert.IsNull(await place.Store.FindAsync(place.Store.LocationOf(id)));
        using var source = new MemoryStream([4, 5]);
        await place.Store.PutAsync(id, source);
        Assert.AreEqual(place.IdOf(id), place.Behind.FindListedId(id.Value));
        Assert.HasCount(1, await SweepAsync(place));
        Assert.IsEmpty(place.Behind.ListTrash());
        CollectionAssert.AreEqual(new byte[] { 4, 5 }, await place.ReadAsync(id));
        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)));
        Assert.IsEmpty(place.Objects, string.Join(' ', place.Objects));
    }

    [TestMethod]
    public async Task A_journal_that_was_not_made_to_its_end_goes_before_its_image_and_a_whole_one_with_it()
    {
        await using var place = TestPlace.New();
        place.Rados("create", "journal.half");
        place.Behind.RemoveHalfJournal("half");
        place.Behind.RemoveHalfJournal("none");
        Assert.IsEmpty(place.Objects, string.Join(' ', place.Objects));
        place.Rbd("create", "whole", "--size", "1M", "--image-feature", "layering,exclusive-lock,journaling");
        var journal = $"journal.{place.Behind.FindImageId("whole")}";
        place.Behind.RemoveHalfJournal(journal["journal.".Length..]);
        Assert.Contains(journal, place.Objects);
        Assert.IsTrue(place.Behind.RemoveImage("whole"));
        Assert.IsEmpty(place.Objects, string.Join(' ', place.Objects));
    }

    [TestMethod]
    public async Task A_name_that_another_is_just_giving_up_is_not_taken_before_it_is_free()
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync([1, 2, 3]);
        Enter(place, id, Moving, TimeSpan.Zero);
        place.Rados("rm", $"rbd_id.{id}");
        await using var store = new ImageStore("once", place.Driver, new ImageStoreOptions { MaxAttempts = 1 });
        using var source = new MemoryStream([4, 5]);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.PutAsync(id, source));
        Assert.AreEqual(StoreError.Unavailable, error.Error);
        Assert.IsTrue(error.IsTransient);
        await place.Driver.SettledAsync();
        Assert.HasCount(1, place.Behind.ListTrash(), "Nothing of the upload is left.");
    }

    [TestMethod]
    public async Task An_upload_that_was_half_moved_is_swept()
    {
        await using var place = TestPlace.New();
        var name = RbdLocations.NewUploadName("image");
        place.Behind.CreateImage(name, 1000, Native.RbdImage.Layering, 23);
        Enter(place, name, Moving, TimeSpan.Zero);
        Assert.IsNotEmpty(await SweepAsync(place));
        Assert.IsEmpty(place.Objects, string.Join(' ', place.Objects));
        Assert.IsEmpty(place.Behind.ListTrash());
    }

    [TestMethod]
    public async Task What_was_removed_but_for_its_place_in_a_list_is_swept()
    {
        await using var place = TestPlace.New();
        var (listed, trashed) = (RbdLocations.NewUploadName("listed"), RbdLocations.NewUploadName("trashed"));
        foreach (var name in new[] { listed, trashed })
        {
            place.Behind.CreateImage(name, 1000, Native.RbdImage.Layering, 23);
        }

        var headers = new[] { listed, trashed }.Select(name => $"rbd_header.{place.Behind.FindImageId(name)}").ToArray();
        place.Behind.MoveToTrash(trashed, TimeSpan.Zero);
        place.Rados(["rm", .. headers]);
        Assert.HasCount(2, await SweepAsync(place));
        Assert.IsEmpty(place.Behind.ListTrash());
        Assert.IsEmpty(place.Behind.ListImages());
        Assert.IsEmpty(place.Objects, string.Join(' ', place.Objects));
    }

    [TestMethod]
    public async Task A_replacement_that_died_before_its_image_had_the_name_is_undone_by_a_sweep()
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync([1, 2, 3]);
        RbdMark.TrySet(place.Behind, place.IdOf(id), RbdMark.ReplacedBy("another"));
        place.Behind.MoveToTrash(id.Value, TimeSpan.Zero);
        Assert.IsNull(await place.Store.FindAsync(place.Store.LocationOf(id)));
        Assert.IsEmpty(await SweepAsync(place));
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await place.ReadAsync(id));
        Assert.IsEmpty(place.Behind.ListTrash());
    }

    private static async Task<List<Leftover>> SweepAsync(TestPlace place) =>
        await place.Driver.SweepAsync(DateTimeOffset.UtcNow.AddDays(1), SweepMode.Remove, default).ToListAsync();

    private static void Enter(TestPlace place, ImageId id, byte state, TimeSpan age) => Enter(place, id.Value, state, age);

    // Puts an image that keeps its name into the trash: its entry, of which the state is the last byte and the time follows the name.
    private static void Enter(TestPlace place, string name, byte state, TimeSpan age)
    {
        const int Head = 6 + sizeof(byte);
        var id = place.Behind.FindImageId(name)!;
        place.Behind.MoveToTrash(name, TimeSpan.Zero);
        HalfRestore(place, id, name, entry =>
        {
            var time = Head + sizeof(uint) + name.Length;
            BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(time), (uint)(DateTimeOffset.UtcNow - age).ToUnixTimeSeconds());
            entry[^1] = state;
        });
    }

    /// <summary>Gives an image of the trash a name, and leaves its entry there, changed.</summary>
    internal static void HalfRestore(TestPlace place, string id, string name, Action<byte[]> change)
    {
        var file = Path.GetTempFileName();
        try
        {
            place.Rados("getomapval", "rbd_trash", $"id_{id}", file);
            var entry = File.ReadAllBytes(file);
            change(entry);
            File.WriteAllBytes(file, entry);
            place.Behind.Restore(id, name);
            place.Rados("setomapval", "rbd_trash", $"id_{id}", "--input-file", file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
