using GlanceStore.Drivers.Testing;
using Microsoft.Win32.SafeHandles;
using static GlanceStore.Drivers.File.Tests.TestStore;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class PutTests
{
    private const int Chunk = 4 << 20;

    [TestMethod]
    [DataRow("unnamed", 0)]
    [DataRow("unnamed", 1)]
    [DataRow("unnamed", (2 * Chunk) + 17)]
    [DataRow("named", 0)]
    [DataRow("named", (2 * Chunk) + 17)]
    [DataRow("portable", 0)]
    [DataRow("portable", (2 * Chunk) + 17)]
    public async Task Put_gives_back_the_same_bytes_and_nothing_else_lies_in_the_directory(string host, int length)
    {
        using var store = new TestStore(host: Host(host));
        var bytes = Bytes(length);

        var stored = await Put(store.Driver, "an-id", bytes, chunk: Chunk);

        Assert.AreEqual($"file://{store.Root}/an-id", stored.Location.Uri);
        Assert.AreEqual(length, stored.Size);
        Assert.AreEqual(stored, await store.Driver.FindAsync(stored.Location, default));
        CollectionAssert.AreEqual(bytes, await store.Read(stored.Location));
        CollectionAssert.AreEqual(new[] { $"{store.Root}/an-id" }, store.Entries.ToArray());
    }

    [TestMethod]
    [DataRow("unnamed")]
    [DataRow("named")]
    [DataRow("portable")]
    public async Task Nothing_is_visible_before_the_commit_and_nothing_is_left_without_one(string host)
    {
        using var store = new TestStore(host: Host(host));
        var writer = await store.Driver.OpenWriteAsync(new ImageId("x"), new WriteIntent(WriteMode.CreateNew, null), default);
        await Write(writer, Bytes(100_000));

        Assert.IsNull(await store.Driver.FindAsync(writer.Location, default));
        Assert.AreEqual(host == "unnamed" ? 0 : 1, store.Entries.Count());

        await writer.DisposeAsync();
        await writer.DisposeAsync();
        Assert.AreEqual(0, store.Entries.Count());
    }

    [TestMethod]
    [DataRow("unnamed")]
    [DataRow("named")]
    [DataRow("portable")]
    public async Task Create_new_of_a_taken_id_fails_and_the_image_stays(string host)
    {
        using var store = new TestStore(host: Host(host));
        var first = await store.Put("x", Bytes(10));

        await Fails(StoreError.AlreadyExists, () => store.Put("x", Bytes(20)));

        CollectionAssert.AreEqual(Bytes(10), await store.Read(first.Location));
        Assert.AreEqual(1, store.Entries.Count());
    }

    [TestMethod]
    [DataRow("unnamed")]
    [DataRow("named")]
    [DataRow("portable")]
    public async Task Replace_gives_the_new_image_and_a_reader_of_the_old_one_keeps_it(string host)
    {
        using var store = new TestStore(host: Host(host));
        var first = await store.Put("x", Bytes(100, seed: 1));
        await using var reader = await store.Driver.OpenReadAsync(first.Location, new ReadIntent(), default);

        var second = await store.Put("x", Bytes(100, seed: 2), WriteMode.Replace);

        var buffer = new byte[200];
        Assert.AreEqual(100, await reader.ReadAsync(buffer, default));
        CollectionAssert.AreEqual(Bytes(100, seed: 1), buffer[..100]);
        CollectionAssert.AreEqual(Bytes(100, seed: 2), await store.Read(second.Location));
        Assert.AreNotEqual(first.VersionTag, second.VersionTag);
        Assert.AreEqual(1, store.Entries.Count());
    }

    [TestMethod]
    [DataRow("unnamed")]
    [DataRow("named")]
    [DataRow("portable")]
    public async Task Of_sixteen_creators_one_wins(string host)
    {
        using var store = new TestStore(host: Host(host));
        var outcomes = await Race(() => Put(store.Driver, "x", Bytes(1000)));

        Assert.AreEqual(1, outcomes.Count(error => error is null));
        Assert.AreEqual(15, outcomes.Count(error => error == StoreError.AlreadyExists));
        Assert.AreEqual(1, store.Entries.Count());
    }

    [TestMethod]
    public async Task Of_sixteen_creators_with_a_driver_each_and_two_directories_one_wins()
    {
        using var store = new TestStore(TwoDirectories);
        for (var round = 0; round < 10; round++)
        {
            var id = $"id-{round}";
            var next = 0;
            var outcomes = await Race(() =>
            {
                // Half of them would rather use the other directory.
                var host = new ScriptedFileSystem { Free = { ["a"] = Interlocked.Increment(ref next) % 2 == 0 ? 10_000 : 1, ["b"] = 5_000 } };
                return Put(new FileDriver(TwoDirectories(store.Root), null, host), id, Bytes(1000));
            });

            Assert.AreEqual(1, outcomes.Count(error => error is null));
            Assert.AreEqual(15, outcomes.Count(error => error == StoreError.AlreadyExists));
            Assert.AreEqual(1, store.Entries.Count(entry => entry.EndsWith(id, StringComparison.Ordinal)));
        }
    }

    [TestMethod]
    [DataRow(99)]
    [DataRow(101)]
    public async Task Commit_of_another_size_than_was_written_fails_and_leaves_nothing(int declared)
    {
        foreach (var thin in new[] { false, true })
        {
            using var store = new TestStore(root => new FileDriverOptions { Directory = root, ThinProvisioning = thin });
            await using (var writer = await store.Driver.OpenWriteAsync(new ImageId("x"), new WriteIntent(WriteMode.CreateNew, null), default))
            {
                await Write(writer, Bytes(100));
                await Fails(StoreError.Corrupted, () => writer.CommitAsync(Summary(declared), default).AsTask());
            }

            Assert.AreEqual(0, store.Entries.Count());
        }
    }

    [TestMethod]
    public async Task Chunk_written_again_takes_the_place_of_what_it_wrote()
    {
        using var store = new TestStore();
        await using var writer = await store.Driver.OpenWriteAsync(new ImageId("x"), new WriteIntent(WriteMode.CreateNew, 100), default);
        await writer.WriteChunkAsync(new Chunk(1, 50, Bytes(50, 2), 0, true), default);
        await writer.WriteChunkAsync(new Chunk(0, 0, Bytes(30, 3), 0, false), default);
        await writer.WriteChunkAsync(new Chunk(0, 0, Bytes(50, 1), 0, false), default);
        var stored = await writer.CommitAsync(Summary(100), default);

        CollectionAssert.AreEqual(Bytes(50, 1).Concat(Bytes(50, 2)).ToArray(), await store.Read(stored.Location));
    }

    [TestMethod]
    public async Task Name_held_by_a_directory_is_InvalidLocation_whatever_the_size()
    {
        foreach (var mode in Enum.GetValues<WriteMode>())
        {
            foreach (var host in new[] { "unnamed", "named", "portable" })
            {
                using var store = new TestStore(host: Host(host));
                System.IO.Directory.CreateDirectory($"{store.Root}/x");
                var front = new ImageStore("s", store.Driver, new ImageStoreOptions { ChunkBytes = 4096 });
                foreach (var size in new[] { 10, 3 * 4096 })
                {
                    var put = new PutOptions { Mode = mode };
                    var error = await Fails(StoreError.InvalidLocation, () => front.PutAsync(new ImageId("x"), new MemoryStream(Bytes(size)), put));
                    Assert.Contains("a directory", error.Message);
                }

                Assert.AreEqual(1, store.Entries.Count());
            }
        }
    }

    [TestMethod]
    public async Task New_image_is_published_though_the_name_of_its_part_cannot_be_removed()
    {
        var log = new ListLogger<FileDriver>();
        using var store = new TestStore(host: new KeepingPartNames(), log: log);

        var stored = await store.Put("x", Bytes(10));

        CollectionAssert.AreEqual(Bytes(10), await store.Read(stored.Location));
        Assert.AreEqual(1, store.Parts.Count());
        Assert.AreEqual(1, log.Lines.Count(line => line.Contains("a sweep will", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task Replacing_can_be_committed_again_after_the_rename_failed()
    {
        using var store = new TestStore();
        await store.Put("x", Bytes(10));
        await using var writer = await store.Driver.OpenWriteAsync(new ImageId("x"), new WriteIntent(WriteMode.Replace, 20), default);
        await Write(writer, Bytes(20));
        System.IO.File.Move($"{store.Root}/x", $"{store.Root}/y");
        System.IO.Directory.CreateDirectory($"{store.Root}/x");
        await Fails(StoreError.InvalidLocation, () => writer.CommitAsync(Summary(20), default).AsTask());
        System.IO.Directory.Delete($"{store.Root}/x");

        var stored = await writer.CommitAsync(Summary(20), default);

        CollectionAssert.AreEqual(Bytes(20), await store.Read(stored.Location));
        Assert.AreEqual(2, store.Entries.Count());
    }

    [TestMethod]
    public async Task Cancelled_calls_throw_cancellation_and_leave_nothing()
    {
        using var store = new TestStore();
        var cancelled = new CancellationToken(true);
        var location = store.At("x");
        var writer = await store.Driver.OpenWriteAsync(new ImageId("x"), new WriteIntent(WriteMode.CreateNew, 10), default);
        Func<Task>[] calls =
        [
            () => store.Driver.FindAsync(location, cancelled).AsTask(),
            () => store.Driver.OpenReadAsync(location, new ReadIntent(), cancelled).AsTask(),
            () => store.Driver.OpenWriteAsync(new ImageId("y"), new WriteIntent(WriteMode.CreateNew, 1), cancelled).AsTask(),
            () => store.Driver.DeleteAsync(location, new DeleteIntent(), cancelled).AsTask(),
            () => writer.WriteChunkAsync(new Chunk(0, 0, Bytes(10), 0, true), cancelled).AsTask(),
            () => writer.CommitAsync(Summary(10), cancelled).AsTask(),
        ];

        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<OperationCanceledException>(call);
        }

        await writer.DisposeAsync();
        Assert.AreEqual(0, store.Entries.Count());
    }

    [TestMethod]
    public async Task Wait_for_the_lock_of_another_process_can_be_cancelled()
    {
        using var store = new TestStore(TwoDirectories);
        using var held = HostFileSystem.Current.TryLock($"{store.Root}/a");
        Assert.IsNotNull(held);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        await using var writer = await store.Driver.OpenWriteAsync(new ImageId("x"), new WriteIntent(WriteMode.CreateNew, 0), default);

        await Assert.ThrowsAsync<OperationCanceledException>(() => writer.CommitAsync(Summary(0), soon.Token).AsTask());
    }

    [TestMethod]
    public void Rename_that_does_not_replace_tells_that_the_name_is_taken()
    {
        using var store = new TestStore();
        System.IO.File.WriteAllText($"{store.Root}/a", "");
        System.IO.File.WriteAllText($"{store.Root}/b", "");

        Assert.AreEqual(Errno.Exists, LinuxFileSystem.TryRename($"{store.Root}/a", $"{store.Root}/b"));
        Assert.AreEqual(0, LinuxFileSystem.TryRename($"{store.Root}/a", $"{store.Root}/c"));
    }

    private static FileDriverOptions TwoDirectories(string root) => new() { Directories = [new($"{root}/a"), new($"{root}/b")] };

    private static Task<StoreError?[]> Race(Func<Task> put) => Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
    {
        try
        {
            await put();
            return (StoreError?)null;
        }
        catch (StoreException e)
        {
            return e.Error;
        }
    })));

    // A directory that stands where the part stood cannot be removed as a file.
    private sealed class KeepingPartNames : NamingFileSystem
    {
        public override void MoveNew(SafeFileHandle handle, string part, string target)
        {
            base.MoveNew(handle, part, target);
            System.IO.File.Delete(part);
            System.IO.Directory.CreateDirectory(part);
        }
    }
}
