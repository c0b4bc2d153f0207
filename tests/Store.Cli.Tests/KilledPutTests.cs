namespace GlanceStore.Cli.Tests;

/// <summary>What a killed process leaves: no image, or the whole one, and after a sweep nothing else.</summary>
[TestClass]
public sealed class KilledPutTests : ToolTests
{
    private const int Kills = 50;
    private const int ImageBytes = 24 << 20;

    private static readonly byte[] Old = [1, 2, 3];

    [TestMethod]
    public async Task A_put_killed_at_any_moment_leaves_no_image_and_after_a_sweep_nothing()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var image = new byte[ImageBytes];
        random.NextBytes(image);
        await File.WriteAllBytesAsync(Tool.At("old"), Old);
        for (var kill = 0; kill < Kills; kill++)
        {
            var told = $"kill {kill} of seed {seed}";
            var replaces = kill % 2 == 1;
            if (replaces)
            {
                (await Tool.RunAsync("put", Tool.At("old"), "--id", "image")).Succeeded();
            }

            await KillAsync(image, random, replaces);
            (await Tool.RunAsync("sweep", "--older-than", "0s")).Succeeded();
            var stored = Tool.Stored;
            Assert.IsTrue(stored.Length <= 1 && stored.All(name => name == "image"), $"{told}: {string.Join(", ", stored)}");
            Assert.IsTrue(stored.Length == 1 || !replaces, $"{told}: the old image is gone");
            if (stored.Length == 1)
            {
                var bytes = await File.ReadAllBytesAsync(Path.Combine(Tool.StoreDirectory, "image"));
                Assert.IsTrue(bytes.AsSpan().SequenceEqual(image) || (replaces && bytes.AsSpan().SequenceEqual(Old)), $"{told}: half an image");
                File.Delete(Path.Combine(Tool.StoreDirectory, "image"));
            }
        }
    }

    // The moment is a number of bytes given and, once all are given, of turns waited for the end that may come first.
    private async Task KillAsync(byte[] image, Random random, bool replaces)
    {
        using var process = Tool.Start(["put", "-", "--id", "image", .. replaces ? ["--replace"] : Array.Empty<string>()]);
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
}
