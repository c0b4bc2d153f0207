namespace GlanceStore.Cli.Tests;

/// <summary>What a killed process leaves: no image, or the whole one, and after a sweep nothing else.</summary>
[TestClass]
public sealed class KilledPutTests : ToolTests
{
    private const int Kills = 50;
    private const int ImageBytes = 24 << 20;

    private static readonly byte[] Old = [1, 2, 3];

    [TestMethod]
    public async Task A_put_killed_at_any_of_50_random_moments_leaves_no_image_and_after_a_sweep_nothing()
    {
        var seed = Random.Shared.Next();
        var image = new byte[ImageBytes];
        new Random(seed).NextBytes(image);
        Directory.CreateDirectory(Tool.StoreDirectory);
        await Parallel.ForAsync(0, Kills, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (kill, token) =>
        {
            if (Replaces(kill))
            {
                await File.WriteAllBytesAsync(PathOf(kill), Old, token);
            }

            await KillAsync(kill, image, new Random(seed + kill));
            await AssertWholeAsync(kill, image, seed);
        });
        (await Tool.RunAsync("sweep", "--older-than", "0s")).Succeeded();
        Assert.IsTrue(Tool.Stored.All(name => name.StartsWith("image-", StringComparison.Ordinal)), string.Join(", ", Tool.Stored));
    }

    // Every other one replaces an image that is there.
    private static bool Replaces(int kill) => kill % 2 == 1;

    private string PathOf(int kill) => Path.Combine(Tool.StoreDirectory, $"image-{kill}");

    // The moment is a number of bytes given and, once all are given, of turns waited for the end that may come first.
    private async Task KillAsync(int kill, byte[] image, Random random)
    {
        using var process = Tool.Start(["put", "-", "--id", $"image-{kill}", .. Replaces(kill) ? ["--replace"] : Array.Empty<string>()]);
        var given = Math.Min(image.Length, random.Next(image.Length * 5 / 4));
        await process.StandardInput.BaseStream.WriteAsync(image.AsMemory(0, given));
        if (given == image.Length)
        {
            process.StandardInput.Close();
            for (var turns = random.Next(200_000); turns > 0 && !process.HasExited; turns--)
            {
                await Task.Yield();
            }
        }

        process.Kill();
        await process.WaitForExitAsync();
    }

    private async Task AssertWholeAsync(int kill, byte[] image, int seed)
    {
        var told = $"kill {kill} of seed {seed}";
        if (!File.Exists(PathOf(kill)))
        {
            Assert.IsFalse(Replaces(kill), $"{told}: the old image is gone");
            return;
        }

        var stored = await File.ReadAllBytesAsync(PathOf(kill));
        Assert.IsTrue(stored.AsSpan().SequenceEqual(image) || (Replaces(kill) && stored.AsSpan().SequenceEqual(Old)), $"{told}: half an image");
    }
}
