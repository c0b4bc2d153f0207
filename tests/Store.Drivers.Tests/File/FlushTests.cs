using static GlanceStore.Drivers.File.Tests.TestStore;

namespace GlanceStore.Drivers.File.Tests;

/// <summary>A directory that cannot be flushed once its entry has changed.</summary>
[TestClass]
public sealed class FlushTests
{
    private const int Chunk = 4096;

    private static readonly ImageId Id = new("x");

    [TestMethod]
    [DataRow(WriteMode.CreateNew, "unnamed", 1)]
    [DataRow(WriteMode.CreateNew, "named", 3)]
    [DataRow(WriteMode.Replace, "unnamed", 1)]
    [DataRow(WriteMode.Replace, "named", 3)]
    public async Task Put_whose_directory_is_flushed_at_a_later_try_gives_a_receipt_and_the_image_is_there(WriteMode mode, string part, int failures)
    {
        var host = new FlushFailing(part, failures);
        using var store = new TestStore(host: host);

        var receipt = await Front(store).PutAsync(Id, new MemoryStream(Bytes(3 * Chunk)), new PutOptions { Mode = mode });

        CollectionAssert.AreEqual(Bytes(3 * Chunk), await store.Read(receipt.Location));
        Assert.AreEqual(1, store.Entries.Count());
        Assert.AreEqual(1, host.Flushed);
    }

    [TestMethod]
    [DataRow("unnamed", Errno.ProcessFiles)]
    [DataRow("named", Errno.ProcessFiles)]
    [DataRow("unnamed", Errno.InputOutput)]
    public async Task New_image_whose_directory_is_never_flushed_gives_no_receipt_and_is_taken_back(string part, int errno)
    {
        using var store = new TestStore(host: new FlushFailing(part, int.MaxValue, errno));

        var error = await Fails(StoreError.Unavailable, () => Front(store).PutAsync(Id, new MemoryStream(Bytes(3 * Chunk))));

        Assert.IsFalse(error.IsTransient);
        Assert.AreEqual(0, store.Entries.Count());
    }

    [TestMethod]
    [DataRow("unnamed")]
    [DataRow("named")]
    public async Task Replacement_whose_directory_is_never_flushed_gives_no_receipt_and_one_image_or_the_other_is_there(string part)
    {
        var host = new FlushFailing(part, 0);
        using var store = new TestStore(host: host);
        await store.Put("x", Bytes(10));
        host.Failures = int.MaxValue;

        var replacement = new PutOptions { Mode = WriteMode.Replace };
        var error = await Fails(StoreError.Unavailable, () => Front(store).PutAsync(Id, new MemoryStream(Bytes(3 * Chunk)), replacement));

        Assert.IsFalse(error.IsTransient);
        CollectionAssert.AreEqual(Bytes(3 * Chunk), await store.Read(store.Driver.LocationOf(Id)));
        Assert.AreEqual(1, store.Entries.Count());
    }

    [TestMethod]
    public async Task Commit_that_failed_for_good_does_not_succeed_when_it_is_called_again()
    {
        var host = new FlushFailing("unnamed", int.MaxValue);
        using var store = new TestStore(host: host);
        await using var writer = await store.Driver.OpenWriteAsync(Id, new WriteIntent(WriteMode.CreateNew, 10), default);
        await Write(writer, Bytes(10));
        await Fails(StoreError.Unavailable, () => writer.CommitAsync(Summary(10), default).AsTask());
        host.Failures = 0;

        await Fails(StoreError.Unavailable, () => writer.CommitAsync(Summary(10), default).AsTask());

        Assert.AreEqual(0, store.Entries.Count());
    }

    [TestMethod]
    public async Task Copy_in_another_directory_is_removed_only_when_the_replacement_is_flushed()
    {
        var host = new FlushFailing("unnamed", int.MaxValue);
        using var store = new TestStore(root => new FileDriverOptions { Directories = [new($"{root}/a", 2), new($"{root}/b", 1)] }, host);
        System.IO.File.WriteAllText($"{store.Root}/a/x", "old");
        System.IO.File.WriteAllText($"{store.Root}/b/x", "older");

        await Fails(StoreError.Unavailable, () => store.Put("x", Bytes(10), WriteMode.Replace));
        Assert.IsTrue(System.IO.File.Exists($"{store.Root}/b/x"));
        host.Failures = 0;
        await store.Put("x", Bytes(10), WriteMode.Replace);

        CollectionAssert.AreEqual(Bytes(10), await store.Read(store.At("a/x")));
        Assert.IsFalse(System.IO.File.Exists($"{store.Root}/b/x"));
    }

    [TestMethod]
    public async Task Image_of_another_that_took_the_name_is_not_taken_back()
    {
        var host = new FlushFailing("unnamed", int.MaxValue);
        using var store = new TestStore(host: host);
        host.Meanwhile = () =>
        {
            System.IO.File.WriteAllText($"{store.Root}/other", "another");
            System.IO.File.Move($"{store.Root}/other", $"{store.Root}/x", overwrite: true);
        };

        await Fails(StoreError.Unavailable, () => store.Put("x", Bytes(10)));

        Assert.AreEqual("another", System.IO.File.ReadAllText($"{store.Root}/x"));
    }

    [TestMethod]
    public async Task Delete_whose_directory_is_flushed_at_a_later_try_says_that_the_image_was_there()
    {
        var host = new FlushFailing("unnamed", 0);
        using var store = new TestStore(host: host);
        var stored = await store.Put("x", Bytes(10));
        host.Failures = 2;

        Assert.IsTrue(await Front(store).DeleteAsync(stored.Location));
        Assert.AreEqual(0, store.Entries.Count());
    }

    [TestMethod]
    public async Task Delete_whose_directory_is_never_flushed_fails_and_does_not_say_that_nothing_was_there()
    {
        var host = new FlushFailing("unnamed", 0);
        using var store = new TestStore(host: host);
        var stored = await store.Put("x", Bytes(10));
        host.Failures = int.MaxValue;

        await Fails(StoreError.Unavailable, () => Front(store).DeleteAsync(stored.Location));
    }

    private static ImageStore Front(TestStore store) =>
        new("s", store.Driver, new ImageStoreOptions { ChunkBytes = Chunk, RetryDelay = TimeSpan.Zero });

    private sealed class FlushFailing(string part, int failures, int errno = Errno.ProcessFiles) : LinuxFileSystem
    {
        public int Failures { get; set; } = failures;

        public int Flushed { get; private set; }

        public Action Meanwhile { get; set; } = () => { };

        public override PartFile CreatePart(string directory) =>
            part == "named" ? NamedPart.Create(this, directory) : base.CreatePart(directory);

        public override void FlushDirectory(string directory)
        {
            Meanwhile();
            if (Failures > 0)
            {
                Failures--;
                throw FileErrors.From(errno, $"open {directory}");
            }

            base.FlushDirectory(directory);
            Flushed++;
        }
    }
}
