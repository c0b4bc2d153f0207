using System.Diagnostics;
using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>Two processes at one image: both create it, or one deletes what the other reads.</summary>
[TestClass]
public sealed class RaceTests
{
    private const int Rounds = 8;
    private const int Readers = 4;
    private const int SparseBytes = 40 << 20;
    private const int Piece = 1 << 20;

    [TestMethod]
    public async Task Of_two_processes_that_create_one_image_exactly_one_wins_and_its_bytes_are_there()
    {
        await using var place = TestPlace.New();
        using var first = await StartAsync(place, seed: 1);
        using var second = await StartAsync(place, seed: 2);
        for (var round = 0; round < Rounds; round++)
        {
            var id = ImageId.New();
            await Task.WhenAll(first.StandardInput.WriteLineAsync(id.Value), second.StandardInput.WriteLineAsync(id.Value));
            var told = await Task.WhenAll(first.StandardOutput.ReadLineAsync(), second.StandardOutput.ReadLineAsync());
            CollectionAssert.AreEquivalent(new[] { "stored", "AlreadyExists" }, told);
            TestPlace.AssertSame(Programs.Image(Piece, seed: told[0] == "stored" ? 1 : 2), await place.ReadAsync(id));
            Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)));
        }

        await EndAsync(first, second);
        Assert.IsEmpty(place.Objects, string.Join(' ', place.Objects));
    }

    [TestMethod]
    public async Task Of_two_processes_that_replace_one_image_either_is_stored_whole_and_nothing_else()
    {
        await using var place = TestPlace.New();
        using var first = await StartAsync(place, seed: 1);
        using var second = await StartAsync(place, seed: 2);
        var id = await place.PutAsync([1, 2, 3]);
        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(first.StandardInput.WriteLineAsync($"+{id}"), second.StandardInput.WriteLineAsync($"+{id}"));
            CollectionAssert.AreEqual(new[] { "stored", "stored" }, await Task.WhenAll(first.StandardOutput.ReadLineAsync(), second.StandardOutput.ReadLineAsync()));
            var stored = await place.ReadAsync(id);
            Assert.IsTrue(Enumerable.Range(1, 2).Any(seed => stored.AsSpan().SequenceEqual(Programs.Image(Piece, seed))), $"Round {round}: something else is stored.");
        }

        await EndAsync(first, second);
        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)));
        Assert.IsEmpty(place.Objects, string.Join(' ', place.Objects));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task An_image_that_is_deleted_by_another_client_while_it_is_read_never_gives_zeros(bool isSparse)
    {
        await using var place = TestPlace.New();
        await using var other = new RbdDriver(place.Options);
        var bytes = isSparse ? Sparse() : Programs.Image(3 * Piece, seed: 3);
        for (var round = 0; round < Rounds; round++)
        {
            var id = await PutThinAsync(place, bytes);
            var ends = Enumerable.Range(0, Readers).Select(reader => ReadUntilGoneAsync(place, id, bytes, reader)).ToArray();
            Assert.IsTrue(await other.DeleteAsync(other.LocationOf(id), new DeleteIntent(), default));
            foreach (var end in await Task.WhenAll(ends))
            {
                Assert.AreEqual(StoreError.NotFound, end.Error, end.Message);
            }
        }
    }

    [TestMethod]
    public async Task An_image_that_is_replaced_by_another_client_while_it_is_read_is_Changed_or_for_a_moment_NotFound()
    {
        await using var place = TestPlace.New();
        await using var other = new RbdDriver(place.Options);
        await using var store = new ImageStore("other", other);
        var bytes = Programs.Image(3 * Piece, seed: 4);
        for (var round = 0; round < Rounds; round++)
        {
            var id = await PutThinAsync(place, bytes);
            var ends = Enumerable.Range(0, Readers).Select(reader => ReadUntilGoneAsync(place, id, bytes, reader)).ToArray();
            using var source = new MemoryStream([1, 2, 3]);
            await store.PutAsync(id, source, new PutOptions { Mode = WriteMode.Replace });
            foreach (var end in await Task.WhenAll(ends))
            {
                Assert.IsTrue(end.Error is StoreError.Changed or StoreError.NotFound, end.Message);
            }
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public async Task A_clone_that_is_made_while_its_image_is_deleted_is_the_image_or_is_not_made(int format)
    {
        await using var place = TestPlace.New();
        var bytes = Programs.Image(2 * Piece, seed: 9);
        for (var round = 0; round < Rounds; round++)
        {
            var (id, clone) = (await place.PutAsync(bytes), $"clone-{round}");
            using var begun = new Barrier(2);
            var cloning = RbdThread.RunAsync(() =>
            {
                begun.SignalAndWait();
                return TryClone(place.Behind, id, clone, format);
            });
            begun.SignalAndWait();
            var isDeleted = await IsDeletedAsync(place, id);
            if (await cloning)
            {
                TestPlace.AssertSame(bytes, place.Rbd("export", "--no-progress", clone, "-"), $"Round {round}, deleted: {isDeleted}.");
            }

            if (!isDeleted)
            {
                TestPlace.AssertSame(bytes, await place.ReadAsync(id));
            }
        }
    }

    private static bool TryClone(RadosPool pool, ImageId id, string clone, int format)
    {
        try
        {
            TestCalls.Clone(pool, id.Value, RbdLocations.Snapshot, clone, format);
            return true;
        }
        catch (CephException e) when (e.Errno is CephErrno.NotFound or CephErrno.Invalid or CephErrno.Busy)
        {
            return false;
        }
    }

    private static async Task<bool> IsDeletedAsync(TestPlace place, ImageId id)
    {
        try
        {
            return await place.Store.DeleteAsync(place.Store.LocationOf(id));
        }
        catch (StoreException e) when (e.Error == StoreError.InUse)
        {
            return false;
        }
    }

    private static byte[] Sparse()
    {
        var bytes = new byte[SparseBytes];
        new Random(5).NextBytes(bytes.AsSpan(0, 100));
        new Random(6).NextBytes(bytes.AsSpan(10 << 20, Piece));
        new Random(7).NextBytes(bytes.AsSpan(SparseBytes - Piece, Piece));
        return bytes;
    }

    // By the driver itself, and of the holes nothing: what the bytes' digests are does not matter here.
    private static async Task<ImageId> PutThinAsync(TestPlace place, byte[] bytes)
    {
        var id = ImageId.New();
        await using var writer = await place.Driver.OpenWriteAsync(id, new WriteIntent(WriteMode.CreateNew, bytes.Length), default);
        for (var (index, offset) = (0, 0); offset < bytes.Length; offset += Piece, index++)
        {
            var piece = bytes.AsMemory(offset, Piece);
            if (piece.Span.ContainsAnyExcept((byte)0))
            {
                await writer.WriteChunkAsync(new Chunk(index, offset, piece, default, offset + Piece == bytes.Length), default);
            }
        }

        await writer.CommitAsync(new WriteSummary(bytes.Length, new ChunkManifest([]), []), default);
        return id;
    }

    // Opens it again and again, and reads from somewhere: what comes is right, to the last of it.
    private static async Task<StoreException> ReadUntilGoneAsync(TestPlace place, ImageId id, byte[] bytes, int seed)
    {
        var random = new Random(seed);
        var location = place.Driver.LocationOf(id);
        var version = (await place.Driver.FindAsync(location, default))?.VersionTag;
        var buffer = new byte[Piece];
        try
        {
            while (true)
            {
                var offset = random.Next(bytes.Length);
                await using var reader = await place.Driver.OpenReadAsync(location, new ReadIntent(new ByteRange(offset), version), default);
                for (int count; (count = await reader.ReadAsync(buffer, default)) > 0; offset += count)
                {
                    Assert.IsTrue(bytes.AsSpan(offset, count).SequenceEqual(buffer.AsSpan(0, count)), $"Wrong bytes at {offset}.");
                }
            }
        }
        catch (StoreException e)
        {
            return e;
        }
    }

    private static async Task<Process> StartAsync(TestPlace place, int seed)
    {
        var process = Programs.StartPutting(place.Options, Piece, seed);
        Assert.AreEqual("ready", await process.StandardOutput.ReadLineAsync());
        return process;
    }

    private static async Task EndAsync(params Process[] processes)
    {
        foreach (var process in processes)
        {
            process.StandardInput.Close();
            Assert.AreEqual("", await process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            Assert.AreEqual(0, process.ExitCode);
        }
    }
}
