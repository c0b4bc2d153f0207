using GlanceStore.Cache.Entries;
using GlanceStore.Cache.Files;
using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>How often the entries are looked at for the room that they take.</summary>
[TestClass]
public sealed class SpaceTests
{
    [TestMethod]
    public async Task Room_that_other_processes_take_is_seen_within_a_second_and_before_an_eighth_of_what_there_was_is_given_out()
    {
        await using var place = new Place();
        var clock = new Clock();
        var folder = CacheFolder.Open(place.Folder, HostDisk.Real);
        var files = folder.Make(EntryName.Parse($"sha256-{new string('a', 64)}")!);
        using var lease = CacheFolder.TryLease(files);
        using var space = new CacheSpace(folder, 1 << 20, clock);
        using (await space.TakeAsync(1000, CancellationToken.None))
        {
            await File.WriteAllBytesAsync(files.Image, DirectoryTests.Random((1 << 20) + 1, 1)); // another process is beyond what the cache may hold
            (await space.TakeAsync(1 << 16, CancellationToken.None)).Dispose(); // not looked
            await FailsAsync(StoreError.OutOfSpace, async () => await space.TakeAsync(1 << 16, CancellationToken.None));
        }

        File.Delete(files.Image);
        (await space.TakeAsync(1000, CancellationToken.None)).Dispose();
        await File.WriteAllBytesAsync(files.Image, DirectoryTests.Random((1 << 20) + 1, 1));
        (await space.TakeAsync(1000, CancellationToken.None)).Dispose();
        clock.Now += TimeSpan.FromSeconds(1);
        await FailsAsync(StoreError.OutOfSpace, async () => await space.TakeAsync(1000, CancellationToken.None));
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromDays(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
