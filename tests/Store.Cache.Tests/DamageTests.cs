using System.Diagnostics.Metrics;
using GlanceStore.Diagnostics;
using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>What a host's disk does to files, and others who can write there: it is noticed, fetched again, and never handed out.</summary>
[TestClass]
public sealed class DamageTests
{
    private const int Chunks = 12;

    [TestMethod]
    [DataRow("flip", 1)]
    [DataRow("cut", Chunks - 6)]
    [DataRow("empty", Chunks)]
    [DataRow("removed", Chunks)]
    [DataRow("journal removed", Chunks)]
    [DataRow("journal cut", 1)]
    [DataRow("journal torn", 1)]
    [DataRow("journal flipped", 1)]
    [DataRow("chunks flipped", Chunks)]
    [DataRow("chunks removed", Chunks)]
    public async Task What_was_damaged_while_nobody_used_it_is_fetched_again(string damage, int chunks)
    {
        await using var place = new Place();
        var bytes = Plain();
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync();
        await (await cache.EnsureAsync(source)).DisposeAsync();
        var fetched = place.Driver.Reads;
        Damage(place.ImageOf(source), damage);
        await using (var image = await cache.OpenAsync(source))
        {
            await SameAsync(bytes, image);
        }

        Assert.AreEqual(chunks, place.Driver.Reads - fetched);
        await using var file = await cache.EnsureAsync(source);
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.Path));
        Assert.AreEqual(chunks, place.Driver.Reads - fetched);
    }

    [TestMethod]
    [DataRow("cut")]
    [DataRow("removed")]
    public async Task A_file_that_is_cut_or_removed_while_it_is_read_is_noticed(string damage)
    {
        await using var place = new Place();
        var bytes = Plain();
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync();
        await using var image = await cache.OpenAsync(source);
        await image.FillAsync();
        Damage(place.ImageOf(source), damage);
        await SameAsync(bytes, image);
        await using var file = await cache.EnsureAsync(source);
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.Path));
    }

    [TestMethod]
    public async Task A_bit_that_flips_in_use_is_noticed_when_the_time_to_compare_again_has_come()
    {
        await using var place = new Place();
        var (bytes, clock) = (Plain(), new Clock());
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync(options => options with { Time = clock, ReverifyAfter = TimeSpan.FromHours(1) });
        await using var image = await cache.OpenAsync(source);
        await image.FillAsync();
        Damage(place.ImageOf(source), "flip");
        clock.Now += TimeSpan.FromHours(1);
        await SameAsync(bytes, image);
        Assert.AreEqual(Chunks + 1, place.Driver.Reads);
    }

    [TestMethod]
    public async Task A_bit_that_flips_while_the_image_is_made_whole_does_not_get_into_it()
    {
        await using var place = new Place();
        var bytes = Plain();
        var receipt = await place.PutAsync(bytes);
        await using var cache = await place.OpenAsync();
        var flipped = false;
        place.Driver.BeforeRead = async (_, intent, token) =>
        {
            // The first chunk is digested first: those that are fetched beside it have been compared by now, and not digested.
            var part = Path.Combine(place.Folder, place.Entries.Single());
            while (!flipped && intent.Range?.Offset == 0)
            {
                if (flipped = new FileInfo(Path.Combine(part, "journal")).Length == 3 * 32)
                {
                    Flip(Path.Combine(part, "image"), 2 * ChunkBytes);
                }

                await Task.Delay(1, token);
            }
        };
        await using var file = await cache.EnsureAsync(new CacheSource(receipt));
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.Path));
        Assert.IsTrue(flipped);
    }

    [TestMethod]
    public async Task Verifying_tells_what_is_damaged_and_the_next_use_mends_it()
    {
        await using var place = new Place();
        var bytes = Plain();
        var (source, other) = (await place.SourceAsync(bytes), await place.SourceAsync(Bytes(3 * ChunkBytes, seed: 9)));
        await using var cache = await place.OpenAsync();
        await (await cache.EnsureAsync(source)).DisposeAsync();
        await (await cache.EnsureAsync(other)).DisposeAsync();
        Damage(place.ImageOf(source), "flip");
        var checks = await CheckAsync(cache);
        var check = checks.Single(check => check.Entry.Digest == source.Digest);
        Assert.AreEqual(bytes.Length, check.BytesRead);
        Assert.AreEqual(new ByteRange(5 * ChunkBytes, ChunkBytes), check.Damage.Single());
        Assert.IsEmpty(checks.Single(check => check.Entry.Digest == other.Digest).Damage);

        await using var file = await cache.EnsureAsync(source);
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.Path));
        Assert.IsTrue((await CheckAsync(cache)).All(check => check.Damage.Count == 0));
    }

    [TestMethod]
    public async Task What_a_disk_did_not_keep_is_counted_for_whoever_watches_the_host()
    {
        var counted = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == StoreInstruments.Name && instrument.Name == "glancestore.cache.damaged")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref counted, count));
        listener.Start();
        await using var place = new Place();
        var source = await place.SourceAsync(Plain());
        await using var cache = await place.OpenAsync();
        await (await cache.EnsureAsync(source)).DisposeAsync();
        Damage(place.ImageOf(source), "flip");
        await CheckAsync(cache);
        Assert.IsGreaterThan(0, counted); // tests beside this one have damage, too
    }

    [TestMethod]
    public async Task What_a_process_left_half_written_is_not_believed()
    {
        await using var place = new Place();
        var bytes = Plain();
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync();
        await using (var image = await cache.OpenAsync(source))
        {
            await image.ReadExactlyAsync(new byte[6 * ChunkBytes]);
        }

        // As a power cut leaves it: the journal is there, and the bytes that it tells of are not.
        Flip(Path.Combine(place.Folder, place.Entries.Single(), "image"), 2 * ChunkBytes);
        await using var again = await cache.OpenAsync(source);
        await SameAsync(bytes, again);
        Assert.AreEqual(Chunks + 1, place.Driver.Reads);
    }

    [TestMethod]
    public async Task An_arrival_that_broke_off_goes_on_behind_what_is_there_and_right()
    {
        const int Length = 21 << 20;
        await using var place = new Place();
        var bytes = Bytes(Length);
        var source = await place.PlainSourceAsync(bytes);
        await using var cache = await place.OpenAsync();
        var left = 14L << 20;
        place.Driver.Spoil = read => _ = (left -= read.Length) < 0 ? throw new StoreException(StoreError.Unavailable, "It broke.") : 0;
        await FailsAsync(StoreError.Unavailable, () => cache.EnsureAsync(source));
        place.Driver.Spoil = _ => { };
        Flip(Path.Combine(place.Folder, place.Entries.Single(), "image"), 9 << 20); // in the third of three chunks that are there
        var before = place.Driver.Bytes;
        await using var file = await cache.EnsureAsync(source);
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.Path));
        Assert.IsLessThanOrEqualTo(Length - (6L << 20), place.Driver.Bytes - before); // reads begin where the store likes them to
    }

    private static byte[] Plain()
    {
        var bytes = Bytes(Chunks * ChunkBytes);
        new Random(7).NextBytes(bytes.AsSpan(3 * ChunkBytes, ChunkBytes));
        return bytes;
    }

    private static async Task<List<CacheCheck>> CheckAsync(ImageCache cache)
    {
        var checks = new List<CacheCheck>();
        await foreach (var check in cache.VerifyAsync())
        {
            checks.Add(check);
        }

        return checks;
    }

    private static void Damage(string image, string damage)
    {
        var (journal, chunks) = (Beside(image, "journal"), Beside(image, "chunks"));
        Action act = damage switch
        {
            "flip" => () => Flip(image, (5 * ChunkBytes) + 77),
            "cut" => () => Cut(image, (6 * ChunkBytes) + 5),
            "empty" => () => Cut(image, 0),
            "removed" => () => File.Delete(image),
            "journal removed" => () => File.Delete(journal),
            "journal cut" => () => Cut(journal, new FileInfo(journal).Length - 32),
            "journal torn" => () => Cut(journal, new FileInfo(journal).Length - 7),
            "journal flipped" => () => Flip(journal, 40),
            "chunks flipped" => () => Flip(chunks, 30),
            "chunks removed" => () => File.Delete(chunks),
            _ => throw new ArgumentException(damage),
        };
        act();
    }

    private static string Beside(string image, string name) => Path.Combine(Path.GetDirectoryName(image)!, name);

    private static void Cut(string path, long length)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.SetLength(length);
    }

    private static void Flip(string path, long offset)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var one = new byte[1];
        RandomAccess.Read(file, one, offset);
        RandomAccess.Write(file, [(byte)(one[0] ^ 0x10)], offset);
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromDays(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + Now;
    }
}
