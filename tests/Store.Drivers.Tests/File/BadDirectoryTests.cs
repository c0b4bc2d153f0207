using static GlanceStore.Drivers.File.Tests.TestStore;

namespace GlanceStore.Drivers.File.Tests;

/// <summary>One directory of several that takes no file.</summary>
[TestClass]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class BadDirectoryTests
{
    [TestMethod]
    public async Task A_directory_without_inodes_does_not_stop_a_store_of_several()
    {
        using var bad = Tmpfs.Mount("size=20m,nr_inodes=1");
        using var store = Beside(bad.Path);

        Assert.AreEqual($"file://{store.Root}/b/x", (await store.Put("x", Bytes(100))).Location.Uri);
    }

    [TestMethod]
    [DataRow(WriteMode.CreateNew)]
    [DataRow(WriteMode.Replace)]
    public async Task A_read_only_directory_does_not_stop_a_store_of_several(WriteMode mode)
    {
        using var bad = Tmpfs.Mount("size=20m");
        using var store = Beside(bad.Path);
        bad.Remount("ro");

        Assert.AreEqual($"file://{store.Root}/b/x", (await store.Put("x", Bytes(100), mode)).Location.Uri);
    }

    [TestMethod]
    public async Task A_directory_that_is_gone_does_not_stop_a_store_of_several_and_is_not_made_again()
    {
        using var store = new TestStore(root => Two($"{root}/a", $"{root}/b"));
        await store.Put("old", Bytes(10));
        System.IO.Directory.Delete($"{store.Root}/a", recursive: true);

        Assert.AreEqual($"file://{store.Root}/b/x", (await store.Put("x", Bytes(100))).Location.Uri);
        Assert.AreEqual($"file://{store.Root}/b/y", store.Driver.LocationOf(new ImageId("y")).Uri);
        Assert.IsFalse(System.IO.Directory.Exists($"{store.Root}/a"));
        await Fails(StoreError.Unavailable, () => store.Driver.FindAsync(store.At("a/old"), default).AsTask());
    }

    [TestMethod]
    public async Task An_image_that_is_replaced_and_does_not_fit_where_it_is_goes_to_the_next_directory()
    {
        using var small = Tmpfs.Mount("size=4m");
        using var store = Beside(small.Path);
        await store.Put("x", Bytes(100));
        Assert.IsTrue(System.IO.File.Exists($"{small.Path}/x"));

        var stored = await store.Put("x", Bytes(8 << 20), WriteMode.Replace);

        Assert.AreEqual($"file://{store.Root}/b/x", stored.Location.Uri);
        Assert.IsFalse(System.IO.File.Exists($"{small.Path}/x"));
    }

    [TestMethod]
    public async Task Where_no_directory_takes_a_file_the_first_says_why()
    {
        using var one = Tmpfs.Mount("size=20m,nr_inodes=1");
        using var other = Tmpfs.Mount("size=20m,nr_inodes=1");
        using var store = new TestStore(_ => Two(one.Path, other.Path));

        StringAssert.Contains((await Fails(StoreError.OutOfSpace, () => store.Put("x", Bytes(100)))).Message, one.Path);
    }

    [TestMethod]
    public async Task A_directory_that_cannot_be_made_does_not_keep_the_others_from_being_served()
    {
        using var store = new TestStore(root =>
        {
            System.IO.File.WriteAllText($"{root}/file", "");
            return Two($"{root}/file/a", $"{root}/b");
        }, isNew: true);

        Assert.AreEqual($"file://{store.Root}/b/x", (await store.Put("x", Bytes(100))).Location.Uri);
        Assert.ThrowsExactly<StoreException>(() => new FileDriver(new FileDriverOptions { Directory = $"{store.Root}/file/a" }));
    }

    [TestMethod]
    [DataRow(WriteMode.CreateNew)]
    [DataRow(WriteMode.Replace)]
    public async Task Without_links_and_the_rename_that_replaces_nothing_only_a_replacement_is_begun(WriteMode mode)
    {
        using var store = new TestStore(host: new WithoutExactNames());
        var intent = new WriteIntent(mode, 10);
        if (mode == WriteMode.CreateNew)
        {
            var error = await Fails(StoreError.Unsupported, () => store.Driver.OpenWriteAsync(new ImageId("x"), intent, default).AsTask());
            StringAssert.Contains(error.Message, "neither hard links nor a rename that does not replace");
        }
        else
        {
            await using var writer = await store.Driver.OpenWriteAsync(new ImageId("x"), intent, default);
        }

        Assert.IsEmpty(store.Entries);
    }

    [TestMethod]
    public async Task A_directory_that_is_made_by_the_first_write_is_as_open_as_its_images()
    {
        using var store = new TestStore(root => new FileDriverOptions { Directory = $"{root}/deep/images", FileMode = (UnixFileMode)0b110_100_000 }, isNew: true);
        Assert.IsNull(await store.Driver.FindAsync(store.At("deep/images/x"), default));
        Assert.IsEmpty(store.Entries);

        await store.Put("x", Bytes(10));

        Assert.IsTrue(System.IO.File.Exists($"{store.Root}/deep/images/x"));
        Assert.IsTrue(System.IO.File.GetUnixFileMode($"{store.Root}/deep/images").HasFlag(UnixFileMode.GroupExecute));
    }

    private static FileDriverOptions Two(string first, string second) => new() { Directories = [new(first, 10), new(second, 5)] };

    private static TestStore Beside(string bad) => new(root => Two(bad, $"{root}/b"));

    private sealed class WithoutExactNames : NamingFileSystem
    {
        protected override int TryMoveNew(Microsoft.Win32.SafeHandles.SafeFileHandle handle, string part, string target) => Errno.Invalid;
    }
}
