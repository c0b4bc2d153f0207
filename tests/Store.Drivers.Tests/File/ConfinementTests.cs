using System.Diagnostics;
using static GlanceStore.Drivers.File.Tests.TestStore;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class ConfinementTests
{
    [TestMethod]
    [DataRow("unnamed")]
    [DataRow("portable")]
    public async Task Link_that_leads_out_is_refused(string host)
    {
        using var outside = new TestStore();
        using var store = new TestStore(host: Host(host));
        System.IO.File.WriteAllText($"{outside.Root}/secret", "secret");
        System.IO.File.CreateSymbolicLink($"{store.Root}/x", $"{outside.Root}/secret");
        System.IO.Directory.CreateSymbolicLink($"{store.Root}/d", outside.Root);

        foreach (var location in new[] { store.At("x"), store.At("d/secret") })
        {
            await Fails(StoreError.InvalidLocation, () => store.Driver.FindAsync(location, default).AsTask());
            await Fails(StoreError.InvalidLocation, () => store.Read(location));
        }

        await Fails(StoreError.InvalidLocation, () => store.Driver.DeleteAsync(store.At("d/secret"), new DeleteIntent(), default).AsTask());
        Assert.AreEqual("secret", System.IO.File.ReadAllText($"{outside.Root}/secret"));
    }

    [TestMethod]
    public async Task Delete_of_a_link_removes_the_link_and_not_what_it_leads_to()
    {
        using var outside = new TestStore();
        using var store = new TestStore();
        System.IO.File.WriteAllText($"{outside.Root}/secret", "secret");
        System.IO.File.CreateSymbolicLink($"{store.Root}/x", $"{outside.Root}/secret");

        Assert.IsTrue(await store.Driver.DeleteAsync(store.At("x"), new DeleteIntent(), default));

        Assert.AreEqual(0, store.Entries.Count());
        Assert.AreEqual("secret", System.IO.File.ReadAllText($"{outside.Root}/secret"));
    }

    [TestMethod]
    public async Task Replace_of_a_link_leaves_what_it_leads_to()
    {
        using var outside = new TestStore();
        using var store = new TestStore();
        System.IO.File.WriteAllText($"{outside.Root}/secret", "secret");
        System.IO.File.CreateSymbolicLink($"{store.Root}/x", $"{outside.Root}/secret");

        await Fails(StoreError.AlreadyExists, () => store.Put("x", Bytes(10)));
        var stored = await store.Put("x", Bytes(10), WriteMode.Replace);

        CollectionAssert.AreEqual(Bytes(10), await store.Read(stored.Location));
        Assert.AreEqual("secret", System.IO.File.ReadAllText($"{outside.Root}/secret"));
    }

    [TestMethod]
    public async Task Link_within_the_store_is_followed()
    {
        using var store = new TestStore();
        await store.Put("x", Bytes(10));
        System.IO.File.CreateSymbolicLink($"{store.Root}/y", "x");

        CollectionAssert.AreEqual(Bytes(10), await store.Read(store.At("y")));
    }

    [TestMethod]
    public async Task Links_in_a_circle_are_an_invalid_location()
    {
        using var store = new TestStore();
        System.IO.File.CreateSymbolicLink($"{store.Root}/x", "y");
        System.IO.File.CreateSymbolicLink($"{store.Root}/y", "x");

        await Fails(StoreError.InvalidLocation, () => store.Driver.FindAsync(store.At("x"), default).AsTask());
    }

    [TestMethod]
    [DataRow("unnamed")]
    [DataRow("named")]
    [DataRow("portable")]
    public async Task Directory_of_the_store_may_be_a_link_itself(string host)
    {
        using var elsewhere = new TestStore();
        using var store = new TestStore(
            root =>
            {
                System.IO.Directory.CreateSymbolicLink($"{root}/images", elsewhere.Root);
                return new FileDriverOptions { Directory = $"{root}/images" };
            },
            Host(host));

        var stored = await store.Put("x", Bytes(10));

        Assert.AreEqual($"file://{store.Root}/images/x", stored.Location.Uri);
        Assert.IsTrue(System.IO.File.Exists($"{elsewhere.Root}/x"));
        CollectionAssert.AreEqual(Bytes(10), await store.Read(stored.Location));
        Assert.IsTrue(await store.Driver.DeleteAsync(stored.Location, new DeleteIntent(), default));
    }

    [TestMethod]
    [DataRow("unnamed")]
    [DataRow("portable")]
    public async Task Directory_is_not_an_image(string host)
    {
        using var store = new TestStore(host: Host(host));
        System.IO.Directory.CreateDirectory($"{store.Root}/x");

        await RefusesAll(store, store.At("x"));
        await Assert.ThrowsExactlyAsync<StoreException>(() => store.Put("x", Bytes(10)));
        await Assert.ThrowsExactlyAsync<StoreException>(() => store.Put("x", Bytes(10), WriteMode.Replace));
        Assert.AreEqual(1, store.Entries.Count());
    }

    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = false)]
    public async Task Pipe_is_not_an_image_and_is_not_waited_for()
    {
        using var store = new TestStore();
        using (var mkfifo = Process.Start("mkfifo", [$"{store.Root}/x"]))
        {
            await mkfifo.WaitForExitAsync();
        }

        await RefusesAll(store, store.At("x"));
    }

    [TestMethod]
    public async Task Directory_within_the_store_can_be_read_from()
    {
        using var store = new TestStore();
        System.IO.Directory.CreateDirectory($"{store.Root}/sub");
        System.IO.File.WriteAllBytes($"{store.Root}/sub/x", Bytes(10));

        CollectionAssert.AreEqual(Bytes(10), await store.Read(store.At("sub/x")));
        Assert.IsTrue(await store.Driver.DeleteAsync(store.At("sub/x"), new DeleteIntent(), default));
    }

    [TestMethod]
    public async Task Name_too_long_for_the_file_system_is_an_invalid_location()
    {
        using var store = new TestStore();

        await Fails(StoreError.InvalidLocation, () => store.Driver.FindAsync(store.At(new string('x', 300)), default).AsTask());
    }

    private static async Task RefusesAll(TestStore store, ImageLocation location)
    {
        await Fails(StoreError.InvalidLocation, () => store.Driver.FindAsync(location, default).AsTask());
        await Fails(StoreError.InvalidLocation, () => store.Read(location));
        await Fails(StoreError.InvalidLocation, () => store.Driver.DeleteAsync(location, new DeleteIntent(), default).AsTask());
    }
}
