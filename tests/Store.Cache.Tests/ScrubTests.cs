using GlanceStore.Cache.Entries;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>What lies on the host's disk and nobody reads: compared all the same when its time has come, and what is damaged is told.</summary>
[TestClass]
public sealed class ScrubTests
{
    private const int Chunks = 6;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [TestMethod]
    public async Task A_bit_that_flips_in_an_image_that_nobody_reads_is_told_within_the_interval_and_mended_by_the_next_use()
    {
        await using var place = new Place();
        var (bytes, clock, log) = (Image(1), Now(), new RecordingLogger());
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync(options => options with { Time = clock, ScrubInterval = Day, ScrubBytesPerSecond = null, Logger = log });
        await (await cache.EnsureAsync(source)).DisposeAsync();
        Flip(place.ImageOf(source), 4 * Place.ChunkBytes);
        await UntilAsync(() => log.Warnings.Count > 0, () => clock.Advance(TimeSpan.FromHours(1)));
        Assert.Contains("chunk 4", log.Warnings.Single());
        Assert.Contains(source.Digest.Hex, log.Warnings.Single());

        var fetched = place.Driver.Reads;
        await using var file = await cache.EnsureAsync(source);
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.Path));
        Assert.AreEqual(1, place.Driver.Reads - fetched);
    }

    [TestMethod]
    public async Task An_interval_of_many_weeks_is_kept_as_one_of_a_day_is()
    {
        await using var place = new Place();
        var (clock, log) = (Now(), new RecordingLogger());
        var (start, source) = (clock.GetUtcNow(), await place.SourceAsync(Image(1)));
        await using var cache = await place.OpenAsync(options => options with { Time = clock, ScrubInterval = 90 * Day, ScrubBytesPerSecond = null, Logger = log });
        await (await cache.EnsureAsync(source)).DisposeAsync();
        for (var times = 1; times <= 2; times++)
        {
            await UntilAsync(() => log.Of(LogLevel.Debug).Count == times, () => clock.Advance(Day));
        }

        Assert.IsGreaterThanOrEqualTo(180 * Day, clock.GetUtcNow() - start);
    }

    [TestMethod]
    public async Task An_image_that_is_removed_while_it_is_verified_does_not_keep_the_others_from_it()
    {
        await using var place = new Place();
        var clock = Now();
        await using var cache = await place.OpenAsync(options => options with { Time = clock });
        var sources = new[] { await place.SourceAsync(Image(1)), await place.SourceAsync(Image(2)) };
        foreach (var source in sources)
        {
            await (await cache.EnsureAsync(source)).DisposeAsync();
        }

        var checking = cache.VerifyAsync(Place.ChunkBytes).ToListAsync().AsTask();
        CachedEntry? read;
        using var patience = new CancellationTokenSource(Patience);
        while ((read = (await cache.ListAsync(patience.Token)).FirstOrDefault(entry => entry.IsLeased)) is null)
        {
            await Task.Delay(1, patience.Token);
        }

        Directory.Delete(Path.GetDirectoryName(place.ImageOf(sources.Single(source => source.Digest == read.Digest)))!, recursive: true);
        await UntilAsync(() => checking.IsCompleted, () => clock.Advance(TimeSpan.FromMilliseconds(100)));
        CollectionAssert.AreEquivalent(sources.Select(source => source.Digest).ToArray(), (await checking).Select(check => check.Entry.Digest).ToArray());
    }

    [TestMethod]
    public async Task Each_image_is_read_once_an_interval_whoever_of_several_processes_does_it()
    {
        await using var place = new Place();
        var (clock, log) = (Now(), new RecordingLogger());
        await using var cache = await place.OpenAsync(options => options with { Time = clock, Logger = log, ScrubBytesPerSecond = null });
        await using var other = await place.OpenAsync(options => options with { Time = clock, Logger = log, ScrubBytesPerSecond = null });
        await (await cache.EnsureAsync(await place.SourceAsync(Image(1)))).DisposeAsync();
        clock.Advance(TimeSpan.FromHours(12));
        await (await cache.EnsureAsync(await place.SourceAsync(Image(2)))).DisposeAsync();
        Assert.AreEqual(0, await ScrubAsync(cache, log));

        clock.Advance(TimeSpan.FromHours(13));
        Assert.AreEqual(1, await ScrubAsync(cache, log));
        Assert.AreEqual(0, await ScrubAsync(other, log));
        clock.Advance(TimeSpan.FromHours(12));
        Assert.AreEqual(1, await ScrubAsync(other, log));
        Assert.AreEqual(0, await ScrubAsync(cache, log));
        Assert.IsLessThanOrEqualTo(TimeSpan.FromHours(12), await cache.ScrubAsync(Day, CancellationToken.None)); // when the first is due again
    }

    [TestMethod]
    public async Task A_scrub_reads_no_faster_than_it_may()
    {
        await using var place = new Place();
        var clock = Now();
        await using var cache = await place.OpenAsync(options => options with { Time = clock, ScrubBytesPerSecond = Place.ChunkBytes });
        await (await cache.EnsureAsync(await place.SourceAsync(Image(1)))).DisposeAsync();
        clock.Advance(2 * Day);
        var start = clock.GetUtcNow();
        var scrubbing = cache.ScrubAsync(Day, CancellationToken.None);
        await UntilAsync(() => scrubbing.IsCompleted, () => clock.Advance(TimeSpan.FromMilliseconds(100)));
        await scrubbing;
        Assert.IsGreaterThanOrEqualTo(TimeSpan.FromSeconds(Chunks - 0.1), clock.GetUtcNow() - start);
    }

    [TestMethod]
    public async Task An_image_that_cannot_be_read_is_told_and_the_others_are_scrubbed_all_the_same()
    {
        await using var place = new Place();
        var (clock, log) = (Now(), new RecordingLogger());
        await using var cache = await place.OpenAsync(options => options with { Time = clock, Logger = log, ScrubBytesPerSecond = null });
        var (bad, good) = (await place.SourceAsync(Image(1)), await place.SourceAsync(Image(2)));
        await (await cache.EnsureAsync(bad)).DisposeAsync();
        await (await cache.EnsureAsync(good)).DisposeAsync();
        File.Delete(place.ImageOf(bad));
        Directory.CreateDirectory(place.ImageOf(bad));
        clock.Advance(2 * Day);
        await cache.ScrubAsync(Day, CancellationToken.None);
        Assert.Contains(bad.Digest.Hex, log.Warnings.Single());
        Assert.Contains(good.Digest.Hex, log.Of(LogLevel.Debug).Single());
    }

    [TestMethod]
    public async Task To_be_verified_is_no_use_so_what_was_not_used_for_longest_still_goes_first()
    {
        await using var place = new Place();
        var clock = Now();
        await using var cache = await place.OpenAsync(options => options with { Time = clock, ScrubBytesPerSecond = null });
        var sources = new[] { await place.SourceAsync(Image(1)), await place.SourceAsync(Image(2)) };
        foreach (var source in sources)
        {
            await (await cache.EnsureAsync(source)).DisposeAsync();
            clock.Advance(Day);
        }

        var used = (await cache.ListAsync()).ToDictionary(entry => entry.Digest, entry => entry.LastUsed);
        await foreach (var check in cache.VerifyAsync())
        {
            Assert.IsEmpty(check.Damage);
        }

        await cache.ScrubAsync(TimeSpan.Zero, CancellationToken.None);
        Assert.IsTrue((await cache.ListAsync()).All(entry => entry.LastUsed == used[entry.Digest]));
        Assert.AreEqual(sources[0].Digest, (await cache.EvictAsync((Chunks * Place.ChunkBytes) + (64 << 10))).Single().Digest);
    }

    [TestMethod]
    public async Task A_chunk_that_is_damaged_again_and_again_is_told_once()
    {
        await using var place = new Place();
        var (bytes, log) = (Image(1), new RecordingLogger());
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync(options => options with { Logger = log, ReverifyAfter = TimeSpan.FromTicks(1) });
        await using var image = await cache.OpenAsync(source);
        await image.FillAsync();
        for (var i = 0; i < 3; i++)
        {
            Flip(place.ImageOf(source), (2 * Place.ChunkBytes) + 7);
            await SameAsync(bytes, image);
        }

        Assert.Contains("chunk 2", log.Warnings.Single());
        Assert.AreEqual(Chunks + 3, place.Driver.Reads);
    }

    [TestMethod]
    public void Of_a_disk_that_dies_so_many_lines_a_minute_are_told_and_then_how_many_there_were()
    {
        var (clock, log) = (Now(), new RecordingLogger());
        var damages = new DamageLog(log, "/cache", clock);
        for (var chunk = 0; chunk < 50; chunk++)
        {
            damages.Tell("an entry", chunk, 0, 1);
        }

        Assert.HasCount(20, log.Warnings);
        clock.Advance(TimeSpan.FromMinutes(1));
        damages.Tell("an entry", 50, 0, 1);
        Assert.HasCount(22, log.Warnings);
        Assert.Contains("30 more", log.Warnings[20]);
        for (var chunk = 0; chunk < 21; chunk++)
        {
            damages.Tell("an entry", chunk, 0, 1);
        }

        damages.End();
        Assert.Contains("2 more", log.Warnings[^1]);
    }

    // Files get the time of the system's clock when they are made.
    private static FakeTimeProvider Now() => new(DateTimeOffset.UtcNow);

    private static byte[] Image(int seed) => DirectoryTests.Random(Chunks * Place.ChunkBytes, seed);

    // How many images were compared.
    private static async Task<int> ScrubAsync(ImageCache cache, RecordingLogger log)
    {
        var before = log.Of(LogLevel.Debug).Count;
        await cache.ScrubAsync(Day, CancellationToken.None);
        return log.Of(LogLevel.Debug).Count - before;
    }

    private static async Task UntilAsync(Func<bool> isSo, Action advance)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!isSo())
        {
            advance();
            await Task.Delay(1, patience.Token);
        }
    }

    private static void Flip(string path, long offset)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var one = new byte[1];
        RandomAccess.Read(file, one, offset);
        RandomAccess.Write(file, [(byte)(one[0] ^ 0x10)], offset);
    }
}
