using static GlanceStore.Drivers.File.Tests.TestStore;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class DirectoriesTests
{
    [TestMethod]
    [DataRow(10, 100, 200, 50, "c", DisplayName = "the highest priority first, whatever the room")]
    [DataRow(51, 100, 200, 50, "b", DisplayName = "then the one with most room of the next")]
    [DataRow(51, 300, 200, 50, "a")]
    [DataRow(51, 51, 0, 50, "a", DisplayName = "exactly enough will do")]
    public async Task Image_goes_to_the_directory_of_the_highest_priority_that_has_room(int size, int a, int b, int c, string expected)
    {
        using var store = Three(a, b, c);

        var stored = await store.Put("x", Bytes(size));

        Assert.AreEqual($"file://{store.Root}/{expected}/x", stored.Location.Uri);
        Assert.AreEqual(stored.Location, store.Driver.LocationOf(new ImageId("x")));
        CollectionAssert.AreEqual(Bytes(size), await store.Read(stored.Location));
    }

    [TestMethod]
    public async Task Image_that_fits_nowhere_is_OutOfSpace()
    {
        using var store = Three(10, 20, 30);

        await Fails(StoreError.OutOfSpace, () => store.Put("x", Bytes(31)));
        Assert.AreEqual(0, store.Parts.Count());
    }

    [TestMethod]
    public async Task Image_of_unknown_size_goes_where_anything_is_free_and_is_OutOfSpace_where_nothing_is()
    {
        using var full = Three(0, 0, 0);
        using var store = Three(0, 1, 0);
        var intent = new WriteIntent(WriteMode.CreateNew, null);

        await Fails(StoreError.OutOfSpace, () => full.Driver.OpenWriteAsync(new ImageId("x"), intent, default).AsTask());
        await using var writer = await store.Driver.OpenWriteAsync(new ImageId("x"), intent, default);
        Assert.AreEqual($"file://{store.Root}/b/x", writer.Location.Uri);
    }

    [TestMethod]
    public async Task Id_that_another_directory_holds_is_taken()
    {
        using var store = Three(0, 0, 100);
        System.IO.File.WriteAllText($"{store.Root}/a/x", "there");

        await Fails(StoreError.AlreadyExists, () => store.Put("x", Bytes(10)));

        CollectionAssert.AreEqual(new[] { $"{store.Root}/a/x" }, store.Entries.Where(System.IO.File.Exists).ToArray());
    }

    [TestMethod]
    public async Task Replace_happens_where_the_image_is()
    {
        using var store = Three(0, 0, 100);
        System.IO.File.WriteAllText($"{store.Root}/a/x", "there");

        var stored = await store.Put("x", Bytes(10), WriteMode.Replace);

        Assert.AreEqual($"file://{store.Root}/a/x", stored.Location.Uri);
        CollectionAssert.AreEqual(Bytes(10), System.IO.File.ReadAllBytes($"{store.Root}/a/x"));
    }

    [TestMethod]
    public async Task Replace_leaves_one_image_where_another_directory_got_one_meanwhile()
    {
        using var store = Three(0, 0, 100);
        await using var writer = await store.Driver.OpenWriteAsync(new ImageId("x"), new WriteIntent(WriteMode.Replace, 10), default);
        await Write(writer, Bytes(10));
        System.IO.File.WriteAllText($"{store.Root}/a/x", "meanwhile");

        var stored = await writer.CommitAsync(Summary(10), default);

        CollectionAssert.AreEqual(new[] { $"{store.Root}/c/x" }, store.Entries.Where(System.IO.File.Exists).ToArray());
        Assert.AreEqual(stored.Location, store.Driver.LocationOf(new ImageId("x")));
    }

    [TestMethod]
    public void Location_of_an_id_that_is_nowhere_is_in_the_first_directory_by_priority()
    {
        using var store = Three(0, 0, 0);

        Assert.AreEqual($"file://{store.Root}/c/x", store.Driver.LocationOf(new ImageId("x")).Uri);
    }

    [TestMethod]
    public void Free_space_of_the_system_is_that_of_the_directory()
    {
        using var store = new TestStore();

        Assert.IsGreaterThan(0, HostFileSystem.Current.FreeBytes(store.Root));
    }

    [TestMethod]
    public void Directory_that_cannot_be_made_is_a_mistake_in_the_configuration()
    {
        using var store = new TestStore();
        System.IO.File.WriteAllText($"{store.Root}/file", "");

        var error = Assert.ThrowsExactly<StoreException>(() => new FileDriver(new FileDriverOptions { Directory = $"{store.Root}/file/images" }));

        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
    }

    private static TestStore Three(long a, long b, long c) => new(
        root => new FileDriverOptions { Directories = [new($"{root}/a", 1), new($"{root}/b", 1), new($"{root}/c", 2)] },
        new ScriptedFileSystem { Free = { ["a"] = a, ["b"] = b, ["c"] = c } });
}
