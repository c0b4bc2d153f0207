using GlanceStore.Formats;
using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>Images that are read before they are here.</summary>
[TestClass]
public sealed class ReadingTests
{
    [TestMethod]
    public async Task Only_the_chunks_that_are_read_are_fetched_and_each_once()
    {
        await using var place = new Place();
        var bytes = Bytes(20 * ChunkBytes);
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync();
        await using var image = await cache.OpenAsync(source);
        Assert.AreEqual(0, place.Driver.Reads);
        var buffer = new byte[100];
        for (var i = 0; i < 3; i++)
        {
            Assert.AreEqual(100, await image.ReadAtAsync((10 * ChunkBytes) - 50, buffer));
            Assert.IsTrue(bytes.AsSpan((10 * ChunkBytes) - 50, 100).SequenceEqual(buffer));
        }

        Assert.AreEqual(2, place.Driver.Reads);
        Assert.AreEqual(2 * ChunkBytes, place.Driver.Bytes);
    }

    [TestMethod]
    public async Task What_is_fetched_before_it_is_read_is_read_without_the_store_and_nothing_else_is_fetched()
    {
        await using var place = new Place();
        var bytes = Bytes(20 * ChunkBytes);
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync();
        await using var image = await cache.OpenAsync(source);
        await image.FetchAsync((4 * ChunkBytes) + 10, 2 * ChunkBytes);
        Assert.AreEqual(3 * ChunkBytes, place.Driver.Bytes);
        place.Driver.BeforeRead = (_, _, _) => throw new StoreException(StoreError.Unavailable, "The store is away.");
        var buffer = new byte[3 * ChunkBytes];
        Assert.AreEqual(buffer.Length, await image.ReadAtAsync(4 * ChunkBytes, buffer));
        Assert.IsTrue(bytes.AsSpan(4 * ChunkBytes, buffer.Length).SequenceEqual(buffer));
        await image.FetchAsync(4 * ChunkBytes, buffer.Length);
        Assert.AreEqual(StoreError.Unavailable, (await Assert.ThrowsExactlyAsync<StoreException>(() => image.FetchAsync(0, 1).AsTask())).Error);
        await image.FetchAsync(bytes.Length, 1); // beyond the end there is nothing
    }

    [TestMethod]
    public async Task A_reader_whose_turn_of_the_memory_does_not_come_in_time_waits_for_another_and_not_for_ever()
    {
        await using var place = new Place();
        var bytes = Bytes(2 * ChunkBytes);
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync(options => options with { ReadAheadBytes = 0 });
        await using var image = await cache.OpenAsync(source);
        var last = 4;
        place.Driver.BeforeRead = (read, _, _) => read <= last ? throw new StoreException(StoreError.Throttled, "No buffer came free.") : Task.CompletedTask;
        var buffer = new byte[10];
        Assert.AreEqual(10, await image.ReadAtAsync(0, buffer));
        Assert.IsTrue(bytes.AsSpan(0, 10).SequenceEqual(buffer));
        Assert.AreEqual(5, place.Driver.Reads);
        last = int.MaxValue;
        Assert.AreEqual(StoreError.Throttled, (await Assert.ThrowsExactlyAsync<StoreException>(() => image.ReadAtAsync(ChunkBytes, buffer).AsTask())).Error);
        Assert.AreEqual(10, place.Driver.Reads);
    }

    [TestMethod]
    public async Task Readers_on_many_threads_fetch_each_chunk_once()
    {
        await using var place = new Place();
        var bytes = Bytes(30 * ChunkBytes);
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync(options => options with { ReadAheadBytes = 4 * ChunkBytes });
        await using var one = await cache.OpenAsync(source);
        await using var other = await cache.OpenAsync(source);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(async () =>
        {
            var (random, buffer) = (new Random(seed), new byte[9000]);
            for (var i = 0; i < 200; i++)
            {
                var offset = random.Next(bytes.Length);
                var count = await (seed % 2 == 0 ? one : other).ReadAtAsync(offset, buffer);
                Assert.IsTrue(bytes.AsSpan(offset, count).SequenceEqual(buffer.AsSpan(0, count)), $"seed {seed}, offset {offset}");
            }
        })));
        await SameAsync(bytes, one);
        Assert.AreEqual(bytes.Length, place.Driver.Bytes);
    }

    [TestMethod]
    public async Task A_reader_that_goes_on_in_order_finds_the_next_chunks_there()
    {
        await using var place = new Place();
        var source = await place.SourceAsync(Bytes(20 * ChunkBytes));
        var third = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        place.Driver.BeforeRead = (read, _, _) =>
        {
            if (read == 4)
            {
                third.SetResult();
            }

            return Task.CompletedTask;
        };
        await using var cache = await place.OpenAsync(options => options with { ReadAheadBytes = 3 * ChunkBytes });
        await using var image = await cache.OpenAsync(source);
        await image.ReadExactlyAsync(new byte[1]); // one chunk is read, and three are fetched ahead
        await third.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [TestMethod]
    public async Task Whoever_looks_into_an_image_without_reading_ahead_fetches_nothing_for_nothing()
    {
        await using var place = new Place();
        var bytes = Bytes(20 * ChunkBytes);
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync(options => options with { ReadAheadBytes = 20 * ChunkBytes });
        await using (var image = await cache.OpenAsync(source))
        {
            image.ReadsAhead = false;
            await image.ReadExactlyAsync(new byte[2 * ChunkBytes]);
        }

        Assert.AreEqual(2 * ChunkBytes, place.Driver.Bytes);
        await using var guest = await cache.OpenAsync(source);
        await SameAsync(bytes, guest);
        Assert.AreEqual(bytes.Length, place.Driver.Bytes);
    }

    [TestMethod]
    public async Task Filling_an_image_gets_the_rest_and_gives_it_its_name()
    {
        await using var place = new Place();
        var bytes = Bytes(20 * ChunkBytes);
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync();
        await using (var image = await cache.OpenAsync(source))
        {
            await image.ReadAtAsync(5 * ChunkBytes, new byte[10]);
            var told = new List<long>();
            await image.FillAsync(bytesPerSecond: 1L << 40, new Listener(told));
            Assert.AreEqual(bytes.Length, told[^1]);
            Assert.AreEqual(bytes.Length, place.Driver.Bytes);
            await SameAsync(bytes, image);
        }

        Assert.IsTrue((await cache.ListAsync()).Single() is { IsWhole: true, IsLeased: false });
        await using var file = await cache.EnsureAsync(source);
        Assert.AreEqual(place.ImageOf(source), file.Path);
        Assert.AreEqual(bytes.Length, place.Driver.Bytes);
    }

    [TestMethod]
    public async Task Holes_are_told_of_what_is_here_and_nothing_is_told_of_what_is_not()
    {
        await using var place = new Place();
        await using var cache = await place.OpenAsync();
        await using var image = await cache.OpenAsync(await place.SourceAsync(Bytes(8 * ChunkBytes)));
        Assert.AreEqual(new DiskExtent(0, 8 * ChunkBytes, DiskExtentKind.Data), (await ExtentsAsync(image)).Single());
        await image.FillAsync();
        CollectionAssert.AreEqual(new DiskExtent[]
        {
            new(0, 3 * ChunkBytes, DiskExtentKind.Data), new(3 * ChunkBytes, ChunkBytes, DiskExtentKind.Zero), new(4 * ChunkBytes, 4 * ChunkBytes, DiskExtentKind.Data),
        }, await ExtentsAsync(image));
    }

    [TestMethod]
    public async Task A_store_that_dies_is_followed_by_the_next_that_holds_the_image()
    {
        await using var place = new Place();
        var second = new WatchedDriver(new Drivers.Memory.MemoryDriver());
        var store = StoreOf(second, "second");
        place.Stores.Add(store);
        var bytes = Bytes(12 * ChunkBytes);
        var (first, other) = (await place.PutAsync(bytes), await store.PutAsync(ImageId.New(), new MemoryStream(bytes)));
        place.Driver.BeforeRead = (read, _, _) => read > 3 ? throw new StoreException(StoreError.Unavailable, "It is dead.") { IsTransient = true } : Task.CompletedTask;
        await using var cache = await place.OpenAsync();
        await using var image = await cache.OpenAsync(new CacheSource(first) { Locations = [first.Location, other.Location] });
        await SameAsync(bytes, image);
        Assert.IsGreaterThan(0, second.Reads);
    }

    [TestMethod]
    public async Task A_store_that_fails_at_any_step_leaves_an_image_that_is_right_when_it_is_asked_again()
    {
        for (var step = 1; ; step++)
        {
            await using var place = new Place();
            var bytes = Bytes(6 * ChunkBytes);
            var (source, failing, failed) = (await place.SourceAsync(bytes), step, false);
            place.Driver.BeforeRead = (read, _, _) => read == failing && (failed = true)
                ? throw new StoreException(StoreError.Unavailable, "It fails.") : Task.CompletedTask;
            await using var cache = await place.OpenAsync();
            if (await TryAsync(cache, source) is { } file)
            {
                await file.DisposeAsync();
            }

            await using var again = await cache.EnsureAsync(source);
            CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(again.Path));
            Assert.HasCount(1, place.Entries);
            if (!failed)
            {
                Assert.AreEqual(7, step); // six chunks, and one try that nothing failed in
                return;
            }
        }
    }

    [TestMethod]
    public async Task A_chunk_that_the_store_gives_wrong_is_never_handed_out()
    {
        await using var place = new Place();
        var source = await place.SourceAsync(Bytes(6 * ChunkBytes));
        place.Driver.Spoil = bytes => bytes.Span[0] ^= 1;
        await using var cache = await place.OpenAsync();
        await using var image = await cache.OpenAsync(source);
        await FailsAsync(StoreError.Corrupted, () => image.ReadAtAsync(0, new byte[1]).AsTask());
        place.Driver.Spoil = _ => { };
        Assert.AreEqual(1, await image.ReadAtAsync(0, new byte[1]));
    }

    private static async Task<CachedFile?> TryAsync(ImageCache cache, CacheSource source)
    {
        try
        {
            return await cache.EnsureAsync(source);
        }
        catch (StoreException e) when (e.Error == StoreError.Unavailable)
        {
            return null;
        }
    }

    private static async Task<List<DiskExtent>> ExtentsAsync(CachedImage image)
    {
        var extents = new List<DiskExtent>();
        await foreach (var extent in image.GetExtentsAsync())
        {
            extents.Add(extent);
        }

        return extents;
    }

    private sealed class Listener(List<long> told) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => told.Add(value.Bytes);
    }
}
