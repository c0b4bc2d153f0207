using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class CopyTests
{
    private static readonly byte[] Image = TestStore.Bytes(5_000_000);

    [TestMethod]
    [DataRow("unnamed")]
    [DataRow("named")]
    public async Task The_kernel_copies_an_image_to_another_file_store(string host)
    {
        using var from = new TestStore();
        using var to = new TestStore(host: TestStore.Host(host));
        var image = await from.Put("a", Image);
        Assert.IsTrue(to.Driver.CanCopyFrom(from.Driver));
        var copy = await to.Driver.CopyAsync(from.Driver, image, new ImageId("b"), WriteMode.CreateNew, default);
        Assert.AreEqual(Image.Length, copy.Size);
        CollectionAssert.AreEqual(Image, await System.IO.File.ReadAllBytesAsync(Path.Combine(to.Root, "b")));
        Assert.IsEmpty(to.Parts);
    }

    [TestMethod]
    public async Task A_taken_id_is_refused_and_replaced_where_that_is_asked_for()
    {
        using var store = new TestStore();
        var image = await store.Put("a", Image);
        await store.Put("b", [1, 2, 3]);
        await TestStore.Fails(StoreError.AlreadyExists,
            () => store.Driver.CopyAsync(store.Driver, image, new ImageId("b"), WriteMode.CreateNew, default).AsTask());
        await store.Driver.CopyAsync(store.Driver, image, new ImageId("b"), WriteMode.Replace, default);
        CollectionAssert.AreEqual(Image, await System.IO.File.ReadAllBytesAsync(Path.Combine(store.Root, "b")));
        Assert.IsEmpty(store.Parts);
    }

    [TestMethod]
    public async Task An_empty_image_is_copied_too()
    {
        using var store = new TestStore();
        var image = await store.Put("a", []);
        Assert.AreEqual(0, (await store.Driver.CopyAsync(store.Driver, image, new ImageId("b"), WriteMode.CreateNew, default)).Size);
    }

    [TestMethod]
    public async Task An_image_that_was_replaced_or_removed_meanwhile_is_not_copied()
    {
        using var store = new TestStore();
        var image = await store.Put("a", Image);
        await store.Put("a", TestStore.Bytes(100, seed: 2), WriteMode.Replace);
        await TestStore.Fails(StoreError.Changed,
            () => store.Driver.CopyAsync(store.Driver, image, new ImageId("b"), WriteMode.CreateNew, default).AsTask());
        await store.Driver.DeleteAsync(image.Location, new DeleteIntent(), default);
        await TestStore.Fails(StoreError.NotFound,
            () => store.Driver.CopyAsync(store.Driver, image, new ImageId("b"), WriteMode.CreateNew, default).AsTask());
        Assert.IsEmpty(store.Entries);
    }

    [TestMethod]
    public async Task A_cancelled_copy_leaves_nothing_behind()
    {
        using var store = new TestStore();
        var image = await store.Put("a", Image);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => store.Driver.CopyAsync(store.Driver, image, new ImageId("b"), WriteMode.CreateNew, cancelled.Token).AsTask());
        Assert.AreEqual(1, store.Entries.Count());
    }

    [TestMethod]
    public void A_thin_store_and_a_system_without_the_call_leave_the_copy_to_the_front()
    {
        using var from = new TestStore();
        using var thin = new TestStore(root => new FileDriverOptions { Directory = root, ThinProvisioning = true });
        using var portable = new TestStore(host: TestStore.Host("portable"));
        Assert.IsFalse(thin.Driver.CanCopyFrom(from.Driver));
        Assert.IsFalse(portable.Driver.CanCopyFrom(from.Driver));
    }

    [TestMethod]
    [Timeout(60_000)]
    public async Task A_copy_does_not_hold_its_callers_thread_while_the_kernel_copies()
    {
        using var copying = new ManualResetEventSlim();
        using var store = new TestStore(host: new CopyingFileSystem(() => copying.Wait(TimeSpan.FromSeconds(30))));
        var image = await store.Put("a", Image);
        var copy = store.Driver.CopyAsync(store.Driver, image, new ImageId("b"), WriteMode.CreateNew, default).AsTask();
        Assert.IsFalse(copy.IsCompleted);
        copying.Set();
        Assert.AreEqual(Image.Length, (await copy).Size);
    }

    [TestMethod]
    public async Task A_copy_is_cancelled_between_pieces_that_take_no_second()
    {
        using var cancel = new CancellationTokenSource();
        var host = new CopyingFileSystem(cancel.Cancel);
        using var store = new TestStore(host: host);
        var image = await store.Put("a", TestStore.Bytes(20 << 20));
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => store.Driver.CopyAsync(store.Driver, image, new ImageId("b"), WriteMode.CreateNew, cancel.Token).AsTask());
        Assert.IsLessThanOrEqualTo(FileWriter.SliceBytes, host.Copied);
        Assert.AreEqual(1, store.Entries.Count());
    }

    /// <summary>Linux, with something to happen before each piece of a copy.</summary>
    private sealed class CopyingFileSystem(Action before) : LinuxFileSystem
    {
        public long Copied { get; private set; }

        public override long CopyRange(SafeFileHandle from, SafeFileHandle to, long offset, long length, string path)
        {
            before();
            var count = base.CopyRange(from, to, offset, length, path);
            Copied += count;
            return count;
        }
    }
}
