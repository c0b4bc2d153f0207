using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>Several processes in one cache, and processes that are killed.</summary>
[TestClass]
public sealed class ProcessTests
{
    private const int Chunks = 64;

    [TestMethod]
    public async Task Processes_that_ask_at_once_fetch_once()
    {
        await using var place = new Place(isOnDisk: true);
        var bytes = Bytes(Chunks * ChunkBytes);
        var source = await place.SourceAsync(bytes);
        OtherProcess[] others = [.. Enumerable.Range(0, 3).Select(i => OtherProcess.Start("ensure", place.Folder, place.At($"{i}.json"), source))];
        await Task.WhenAll(others.Select(other => other.HeardAsync("ready")));
        Array.ForEach(others, other => other.Tell("go"));
        await Task.WhenAll(others.Select(other => other.EndAsync()));
        Array.ForEach(others, other => other.Dispose());

        string[] opened = [.. Directory.EnumerateFiles(Path.GetDirectoryName(place.At("store"))!, "store.*.log").SelectMany(File.ReadAllLines)];
        Assert.HasCount(Chunks, opened);
        Assert.HasCount(Chunks, opened.Distinct().ToArray());
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(place.ImageOf(source)));
        Assert.HasCount(1, place.Entries);
    }

    [TestMethod]
    public async Task A_process_that_is_killed_at_any_moment_leaves_nothing_wrong_and_nothing_lying_about()
    {
        const int Kills = 50;
        await using var place = new Place(isOnDisk: true);
        var bytes = Bytes(Chunks * ChunkBytes);
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync();
        var random = new Random(50);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var other = OtherProcess.Start("ensure", place.Folder, place.At("receipt.json"), source);
            await other.HeardAsync("ready");
            other.Tell("go");
            for (var lines = random.Next(12); lines > 0 && await other.NextAsync() is not null; lines--)
            {
            }

            await other.KillAsync();
            if ((await cache.ListAsync()).Any(entry => entry.IsWhole))
            {
                await cache.EvictAsync(0);
            }
            else if (kill % 5 == 4)
            {
                await using var image = await cache.OpenAsync(source);
                await SameAsync(bytes, image);
            }
        }

        await using var file = await cache.EnsureAsync(source);
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.Path));
        Assert.AreEqual(Path.GetFileName(Path.GetDirectoryName(file.Path)), place.Entries.Single());
        CollectionAssert.AreEquivalent(new[] { "chunks", "image", "journal", "lock" }, Directory.GetFiles(Path.GetDirectoryName(file.Path)!).Select(Path.GetFileName).ToArray());
    }
}
