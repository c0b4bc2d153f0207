namespace GlanceStore.Drivers.Rbd;

/// <summary>What a killed process leaves: the old image, the new one or none, and after a sweep nothing else.</summary>
[TestClass]
public sealed class KilledPutTests
{
    private const int Kills = 50;
    private const int AtOnce = 5;
    private const int ImageBytes = (3 << 20) + 17;

    // From nothing to the end of a put on a machine that has other things to do.
    private const int MostMilliseconds = 900;

    private static readonly byte[] Old = [1, 2, 3];

    // The cluster notices that a client is dead after its watch has timed out.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [TestMethod]
    public async Task A_put_killed_at_any_of_50_random_moments_leaves_no_half_image_and_after_a_sweep_nothing()
    {
        await using var place = TestPlace.New();
        var seed = Random.Shared.Next();
        var image = Programs.Image(ImageBytes, seed);
        await using var living = await place.Driver.OpenWriteAsync(ImageId.New(), new WriteIntent(WriteMode.CreateNew, 1), default);
        await Parallel.ForAsync(0, Kills, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (kill, _) =>
        {
            if (Replaces(kill))
            {
                using var source = new MemoryStream(Old);
                await place.Store.PutAsync(IdOf(kill), source);
            }

            await KillAsync(place, kill, seed, new Random(seed + kill));
            await AssertWholeAsync(place, kill, image, isSwept: false, seed);
        });
        AssertListed(place);
        await SweepAsync(place);
        for (var kill = 0; kill < Kills; kill++)
        {
            await AssertWholeAsync(place, kill, image, isSwept: true, seed);
        }

        AssertListed(place);
        Assert.HasCount(1, place.Behind.ListTrash(), "The one that is alive.");
        await AssertGoesOnAsync(place, living);
        await AssertRemovableAsync(place);
    }

    private static bool Replaces(int kill) => kill % 2 == 1;

    private static ImageId IdOf(int kill) => new($"image-{kill}");

    private static async Task KillAsync(TestPlace place, int kill, int seed, Random random)
    {
        using var process = Programs.StartPutting(place.Options, ImageBytes, seed);
        Assert.AreEqual("ready", await process.StandardOutput.ReadLineAsync());
        await process.StandardInput.WriteLineAsync($"{(Replaces(kill) ? "+" : "")}{IdOf(kill)}");
        await Task.WhenAny(process.StandardOutput.ReadLineAsync(), Task.Delay(random.Next(MostMilliseconds)));
        process.Kill();
        await process.WaitForExitAsync();
    }

    // A replacement takes the name away for a moment; killed in it, the sweep gives it back.
    private static async Task AssertWholeAsync(TestPlace place, int kill, byte[] image, bool isSwept, int seed)
    {
        var told = $"Kill {kill} of seed {seed}.";
        var id = IdOf(kill);
        if (await place.Store.FindAsync(place.Store.LocationOf(id)) is null)
        {
            Assert.IsTrue(!Replaces(kill) || !isSwept, $"{told} The old image is gone.");
            return;
        }

        var stored = await place.ReadAsync(id);
        Assert.IsTrue(stored.AsSpan().SequenceEqual(image) || (Replaces(kill) && stored.AsSpan().SequenceEqual(Old)), $"{told} Half an image.");
    }

    // A put that is killed before its upload is in the trash leaves a name that is none of an image.
    private static void AssertListed(TestPlace place)
    {
        foreach (var image in place.Behind.ListImages().Where(image => RbdLocations.ImageOfUpload(image.Name) is null))
        {
            using var opened = Native.RbdImage.OpenReadOnly(place.Behind, image.Id, RbdLocations.Snapshot);
            Assert.IsTrue(opened.Size is ImageBytes or 3, $"{image.Name} has {opened.Size} bytes.");
        }
    }

    private static async Task SweepAsync(TestPlace place)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (place.Behind.ListTrash().Count > 1 || place.Behind.ListImages().Any(image => RbdLocations.ImageOfUpload(image.Name) is not null))
        {
            await place.Driver.SweepAsync(DateTimeOffset.UtcNow.AddDays(1), SweepMode.Remove, limit.Token).ToListAsync(limit.Token);
        }
    }

    private static async Task AssertGoesOnAsync(TestPlace place, DriverWriter living)
    {
        await living.CommitAsync(new WriteSummary(1, new ChunkManifest([]), []), default);
        Assert.IsTrue(await place.Store.DeleteAsync(new ImageLocation(living.Location.Uri, null)));
    }

    private static async Task AssertRemovableAsync(TestPlace place)
    {
        foreach (var image in place.Behind.ListImages())
        {
            Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(new ImageId(image.Name))));
        }

        Assert.IsEmpty(place.Objects, string.Join(' ', place.Objects));
    }
}
