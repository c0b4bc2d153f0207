using static GlanceStore.Drivers.File.Tests.TestStore;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class ReadTests
{
    [TestMethod]
    public async Task Every_byte_and_every_slice_can_be_read_by_its_range()
    {
        using var store = new TestStore();
        var bytes = Bytes(60);
        var stored = await store.Put("x", bytes);

        for (var offset = 0; offset < 60; offset++)
        {
            CollectionAssert.AreEqual(bytes[offset..(offset + 1)], await store.Read(stored.Location, new ByteRange(offset, 1)));
            CollectionAssert.AreEqual(bytes[offset..], await store.Read(stored.Location, new ByteRange(offset)));
            CollectionAssert.AreEqual(bytes[offset..Math.Min(60, offset + 5)], await store.Read(stored.Location, new ByteRange(offset, 5)));
        }
    }

    [TestMethod]
    public async Task Reader_of_a_range_tells_the_size_of_the_whole()
    {
        using var store = new TestStore();
        var stored = await store.Put("x", Bytes(60));
        await using var reader = await store.Driver.OpenReadAsync(stored.Location, new ReadIntent(new ByteRange(10, 5)), default);

        Assert.AreEqual(stored, reader.Object);
    }

    [TestMethod]
    [DataRow(60L)]
    [DataRow(1000L)]
    public async Task Range_that_begins_at_or_past_the_end_is_invalid(long offset)
    {
        using var store = new TestStore();
        var stored = await store.Put("x", Bytes(60));

        await Fails(StoreError.InvalidRange, () => store.Read(stored.Location, new ByteRange(offset, 1)));
    }

    [TestMethod]
    [DataRow("unnamed")]
    [DataRow("portable")]
    public async Task Missing_image_is_null_to_find_NotFound_to_open_and_false_to_delete(string host)
    {
        using var store = new TestStore(host: Host(host));
        foreach (var location in new[] { store.Driver.LocationOf(ImageId.New()), store.At("a/b/c") })
        {
            Assert.IsNull(await store.Driver.FindAsync(location, default));
            await Fails(StoreError.NotFound, () => store.Read(location));
            Assert.IsFalse(await store.Driver.DeleteAsync(location, new DeleteIntent(), default));
        }
    }

    [TestMethod]
    [DataRow("unnamed")]
    [DataRow("portable")]
    public async Task Deleted_image_is_gone(string host)
    {
        using var store = new TestStore(host: Host(host));
        var stored = await store.Put("x", Bytes(10));

        Assert.IsTrue(await store.Driver.DeleteAsync(stored.Location, new DeleteIntent(), default));
        Assert.IsFalse(await store.Driver.DeleteAsync(stored.Location, new DeleteIntent(), default));
        Assert.AreEqual(0, store.Entries.Count());
    }

    [TestMethod]
    public async Task Directory_that_went_away_is_an_error_and_not_a_missing_image()
    {
        using var store = new TestStore(root => new FileDriverOptions { Directory = $"{root}/images" });
        var location = store.Driver.LocationOf(new ImageId("x"));
        System.IO.Directory.Delete($"{store.Root}/images");

        await Fails(StoreError.Unavailable, () => store.Driver.FindAsync(location, default).AsTask());
        await Fails(StoreError.Unavailable, () => store.Read(location));
        await Fails(StoreError.Unavailable, () => store.Driver.DeleteAsync(location, new DeleteIntent(), default).AsTask());
        await Fails(StoreError.Unavailable, () => store.Put("x", Bytes(1)));
    }

    [TestMethod]
    public async Task Version_tag_of_a_replaced_image_is_Changed()
    {
        using var store = new TestStore();
        var first = await store.Put("x", Bytes(60));
        await using (await store.Driver.OpenReadAsync(first.Location, new ReadIntent(VersionTag: first.VersionTag), default))
        {
        }

        await store.Put("x", Bytes(60), WriteMode.Replace);

        await Fails(StoreError.Changed, () => store.Driver.OpenReadAsync(first.Location, new ReadIntent(VersionTag: first.VersionTag), default).AsTask());
    }

    [TestMethod]
    public async Task Version_tag_changes_with_bytes_written_in_place()
    {
        using var store = new TestStore();
        var stored = await store.Put("x", Bytes(60));
        var found = stored;

        // The clock of the file system ticks every few milliseconds.
        for (var tries = 0; found == stored && tries < 1_000_000; tries++)
        {
            System.IO.File.WriteAllBytes($"{store.Root}/x", Bytes(60, seed: 7));
            found = await store.Driver.FindAsync(stored.Location, default);
        }

        Assert.AreNotEqual(stored.VersionTag, found!.VersionTag);
    }

    [TestMethod]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task New_permissions_or_another_hard_link_are_no_other_version()
    {
        using var store = new TestStore();
        var stored = await store.Put("x", Bytes(60));

        System.IO.File.SetUnixFileMode($"{store.Root}/x", UnixFileMode.UserRead);
        Assert.AreEqual(0, LinuxCalls.Link(LinuxCalls.CurrentDirectory, $"{store.Root}/x", LinuxCalls.CurrentDirectory, $"{store.Root}/backup", 0));

        Assert.AreEqual(stored, await store.Driver.FindAsync(stored.Location, default));
        await (await store.Driver.OpenReadAsync(stored.Location, new ReadIntent(VersionTag: stored.VersionTag), default)).DisposeAsync();
    }

    [TestMethod]
    [DataRow(long.MaxValue, 9999)]
    [DataRow(253_402_300_800, 9999)]
    [DataRow(long.MinValue, 1)]
    public void File_of_a_date_that_no_calendar_of_ours_has_is_of_the_last_or_first_one_there_is(long seconds, int year)
    {
        var status = FileStatus.Of(new LinuxStatus { Size = 5, Modified = new LinuxTime { Seconds = seconds, Nanoseconds = 999_999_999 } });

        Assert.AreEqual(year, status.LastModified.Year);
        Assert.AreEqual(5, status.Size);
    }

    [TestMethod]
    public async Task Image_that_shrinks_while_it_is_read_is_a_passing_error()
    {
        using var store = new TestStore();
        var stored = await store.Put("x", Bytes(60));
        await using var reader = await store.Driver.OpenReadAsync(stored.Location, new ReadIntent(), default);
        System.IO.File.WriteAllBytes($"{store.Root}/x", Bytes(10));

        var buffer = new byte[100];
        Assert.AreEqual(10, await reader.ReadAsync(buffer, default));
        var error = await Fails(StoreError.Unavailable, () => reader.ReadAsync(buffer, default).AsTask());
        Assert.IsTrue(error.IsTransient);
    }

    [TestMethod]
    public async Task Modification_time_is_that_of_the_file()
    {
        using var store = new TestStore();
        var stored = await store.Put("x", Bytes(60));

        Assert.AreEqual(System.IO.File.GetLastWriteTimeUtc($"{store.Root}/x"), stored.LastModified!.Value.UtcDateTime);
    }
}
