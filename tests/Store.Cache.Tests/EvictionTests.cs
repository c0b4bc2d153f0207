using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>What goes where room is needed, and what never goes.</summary>
[TestClass]
public sealed class EvictionTests
{
    private const int Length = 16 * ChunkBytes;

    [TestMethod]
    public async Task The_image_that_was_not_used_for_longest_goes_first()
    {
        await using var place = new Place();
        var sources = await SourcesAsync(place, 4);
        await using var cache = await place.OpenAsync(options => options with { MaxBytes = (3 * Length) + (Length / 2) });
        foreach (var source in sources[..3].Append(sources[0]).Append(sources[3]))
        {
            await (await cache.EnsureAsync(source)).DisposeAsync();
        }

        CollectionAssert.AreEquivalent(new[] { sources[0].Digest, sources[2].Digest, sources[3].Digest }, (await cache.ListAsync()).Select(entry => entry.Digest).ToArray());
        Assert.IsLessThanOrEqualTo(cache.Options.MaxBytes!.Value, (await cache.ListAsync()).Sum(entry => entry.AllocatedBytes));
    }

    [TestMethod]
    public async Task What_is_used_stays_and_what_does_not_fit_beside_it_is_told()
    {
        await using var place = new Place();
        var sources = await SourcesAsync(place, 2);
        await using var cache = await place.OpenAsync(options => options with { MaxBytes = Length + (Length / 2) });
        await using (var used = await cache.EnsureAsync(sources[0]))
        {
            await FailsAsync(StoreError.OutOfSpace, () => cache.EnsureAsync(sources[1]));
            Assert.IsTrue(File.Exists(used.Path));
        }

        await using var file = await cache.EnsureAsync(sources[1]);
        Assert.IsTrue(File.Exists(file.Path));
    }

    [TestMethod]
    public async Task A_reader_goes_on_past_a_cache_that_is_full()
    {
        await using var place = new Place();
        var bytes = Bytes(Length);
        await using var cache = await place.OpenAsync(options => options with { MaxBytes = Length / 2 });
        await using var image = await cache.OpenAsync(await place.SourceAsync(bytes));
        await SameAsync(bytes, image);
        await SameAsync(bytes, image);
        Assert.IsLessThanOrEqualTo(Length / 2, (await cache.ListAsync()).Single().AllocatedBytes);
    }

    [TestMethod]
    public async Task An_image_that_another_process_uses_stays_until_that_process_dies()
    {
        await using var place = new Place();
        var sources = await SourcesAsync(place, 2);
        await using var cache = await place.OpenAsync();
        foreach (var source in sources)
        {
            await (await cache.EnsureAsync(source)).DisposeAsync();
        }

        using var other = OtherProcess.Start("hold", place.Folder, place.At("receipt.json"), sources[0]);
        await other.HeardAsync("held");
        Assert.IsTrue((await cache.ListAsync()).Single(entry => entry.Digest == sources[0].Digest).IsLeased);
        await FailsAsync(StoreError.InUse, () => cache.EvictAsync(sources[0].Digest));
        Assert.AreEqual(sources[1].Digest, (await cache.EvictAsync(0)).Single().Digest);
        Assert.IsTrue(File.Exists(place.ImageOf(sources[0])));

        await other.KillAsync();
        Assert.IsTrue(await cache.EvictAsync(sources[0].Digest));
        Assert.IsFalse(await cache.EvictAsync(sources[0].Digest));
        Assert.IsEmpty(place.Entries);
    }

    [TestMethod]
    public async Task Foreign_files_are_never_touched()
    {
        await using var place = new Place();
        var source = (await SourcesAsync(place, 1))[0];
        await using var cache = await place.OpenAsync();
        await (await cache.EnsureAsync(source)).DisposeAsync();
        string[] foreign = ["notes.txt", "sha512-short/image", $"md5-{new string('0', 32)}/image", $"sha256-{new string('A', 64)}/lock", $"{place.Entries.Single()}/notes.txt"];
        foreach (var name in foreign.Select(name => Path.Combine(place.Folder, name)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(name)!);
            await File.WriteAllTextAsync(name, "mine");
        }

        Assert.HasCount(1, await cache.ListAsync());
        await cache.EvictAsync(0);
        Assert.IsFalse((await cache.ListAsync()).Any(entry => entry.IsWhole));
        Assert.IsTrue(foreign.All(name => File.ReadAllText(Path.Combine(place.Folder, name)) == "mine"));

        Assert.Contains("notes.txt", (await FailsAsync(StoreError.Refused, () => cache.EnsureAsync(source))).Message);
        File.Delete(Path.Combine(place.Folder, foreign[^1]));
        await using var file = await cache.EnsureAsync(source);
        Assert.AreEqual(Length, new FileInfo(file.Path).Length);
    }

    private static async Task<CacheSource[]> SourcesAsync(Place place, int count)
    {
        var sources = new CacheSource[count];
        for (var i = 0; i < count; i++)
        {
            var bytes = new byte[Length];
            new Random(i + 40).NextBytes(bytes);
            sources[i] = await place.SourceAsync(bytes);
        }

        return sources;
    }
}
