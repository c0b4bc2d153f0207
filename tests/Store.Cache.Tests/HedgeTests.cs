using GlanceStore.Drivers.Memory;
using Microsoft.Extensions.Time.Testing;
using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>Chunks whose store stands still: asked for a second time, elsewhere where that is possible.</summary>
[TestClass]
public sealed class HedgeTests
{
    // After twenty that have come one may be asked for a second time.
    private const int Chunks = 24;
    private const int Late = 22;

    private static readonly byte[] Image = DirectoryTests.Random(Chunks * Place.ChunkBytes, 3);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [TestMethod]
    public async Task A_chunk_whose_store_stands_still_comes_from_another_one()
    {
        await using var scene = await HedgeScene.OpenAsync(stores: 2);
        var wasGivenUp = new TaskCompletionSource();
        scene.Drivers[0].BeforeRead = async (read, _, token) =>
        {
            if (read == Late)
            {
                using var registration = token.Register(() => wasGivenUp.TrySetResult());
                await Task.Delay(Timeout.Infinite, token);
            }
        };
        await scene.ReadAsync();
        await wasGivenUp.Task.WaitAsync(Patience);
        Assert.AreEqual(1, scene.Drivers[1].Reads);
        Assert.AreEqual(Chunks, scene.Drivers[0].Reads);
    }

    [TestMethod]
    public async Task A_chunk_whose_bytes_stand_still_comes_from_another_store()
    {
        await using var scene = await HedgeScene.OpenAsync(stores: 2);
        scene.Drivers[0].BeforeBytes = token => scene.Drivers[0].Reads == Late ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        await scene.ReadAsync();
        Assert.AreEqual(1, scene.Drivers[1].Reads);
    }

    [TestMethod]
    public async Task A_chunk_of_the_only_store_is_asked_for_again_of_that_one()
    {
        await using var scene = await HedgeScene.OpenAsync(stores: 1);
        scene.Drivers[0].BeforeRead = (read, _, token) => read == Late ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        await scene.ReadAsync();
        Assert.AreEqual(Chunks + 1, scene.Drivers[0].Reads);
    }

    [TestMethod]
    public async Task Where_the_second_fails_the_first_is_waited_for()
    {
        await using var scene = await HedgeScene.OpenAsync(stores: 2);
        var goOn = new TaskCompletionSource();
        scene.Drivers[0].BeforeRead = (read, _, _) => read == Late ? goOn.Task : Task.CompletedTask;
        scene.Drivers[1].BeforeRead = (_, _, _) =>
        {
            goOn.TrySetResult();
            throw new StoreException(StoreError.Unavailable, "It is away.");
        };
        await scene.ReadAsync();
        Assert.IsGreaterThanOrEqualTo(1, scene.Drivers[1].Reads);
    }

    [TestMethod]
    public async Task A_second_answer_with_a_wrong_byte_is_never_handed_out()
    {
        await using var scene = await HedgeScene.OpenAsync(stores: 2);
        var goOn = new TaskCompletionSource();
        scene.Drivers[0].BeforeRead = (read, _, _) => read == Late ? goOn.Task : Task.CompletedTask;
        scene.Drivers[1].Spoil = bytes =>
        {
            bytes.Span[0] ^= 1;
            goOn.TrySetResult();
        };
        await scene.ReadAsync();
    }

    [TestMethod]
    public async Task Among_the_first_twenty_chunks_none_is_asked_for_twice()
    {
        await using var scene = await HedgeScene.OpenAsync(stores: 2);
        var goOn = new TaskCompletionSource();
        scene.Drivers[0].BeforeRead = (read, _, _) => read == 5 ? goOn.Task : Task.CompletedTask;
        var advanced = 0;
        await scene.ReadAsync(() => ++advanced > 20, () => goOn.TrySetResult());
        Assert.AreEqual(0, scene.Drivers[1].Reads);
    }

    /// <summary>An image in one or two stores, and a cache that waits a second for a chunk.</summary>
    private sealed class HedgeScene : IAsyncDisposable
    {
        private readonly Place _place = new();
        private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
        private readonly ImageStores _stores;
        private ImageCache _cache = null!;
        private CacheSource _source = null!;

        private HedgeScene(int stores)
        {
            Drivers = [.. Enumerable.Range(0, stores).Select(_ => new WatchedDriver(new MemoryDriver()))];
            _stores = new ImageStores(Drivers.Select((driver, i) => StoreOf(driver, $"s{i}")), "s0");
        }

        public WatchedDriver[] Drivers { get; }

        public static async Task<HedgeScene> OpenAsync(int stores)
        {
            var scene = new HedgeScene(stores);
            var id = ImageId.New();
            var receipts = new List<ImageReceipt>();
            for (var i = 0; i < stores; i++)
            {
                receipts.Add(await scene._stores[$"s{i}"].PutAsync(id, new MemoryStream(Image)));
            }

            scene._source = new CacheSource(receipts[0]) { Locations = [.. receipts.Select(receipt => receipt.Location)] };
            scene._cache = await ImageCache.OpenAsync(scene._stores, new ImageCacheOptions
            {
                Directory = scene._place.Folder, ReadAheadBytes = 0, HedgeAfter = After, Time = scene._clock, ReverifyAfter = TimeSpan.FromDays(365),
            });
            return scene;
        }

        /// <summary>Reads all of it, while the clock goes on.</summary>
        /// <param name="isSo">When, after the clock has gone on, something is to be done; null for never.</param>
        /// <param name="act">What.</param>
        public async Task ReadAsync(Func<bool>? isSo = null, Action? act = null)
        {
            await using var image = await _cache.OpenAsync(_source);
            var reading = Task.Run(() => SameAsync(Image, image));
            using var patience = new CancellationTokenSource(Patience);
            while (!reading.IsCompleted)
            {
                _clock.Advance(After);
                await Task.Delay(1, patience.Token);
                if (isSo?.Invoke() == true)
                {
                    act!();
                }
            }

            await reading;
        }

        public async ValueTask DisposeAsync()
        {
            await _cache.DisposeAsync();
            await _stores.DisposeAsync();
            await _place.DisposeAsync();
        }
    }
}
