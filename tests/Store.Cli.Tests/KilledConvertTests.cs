using System.Globalization;

namespace GlanceStore.Cli.Tests;

/// <summary>What a killed conversion leaves in its target: no image, or the whole one, and after a sweep nothing else.</summary>
[TestClass]
public sealed class KilledConvertTests : ToolTests
{
    private const int Megabytes = 24;

    [TestMethod]
    [DataRow("file", 16)]
    [DataRow("s3", 6)]
    public async Task A_conversion_killed_at_any_moment_leaves_no_image_and_after_a_sweep_nothing(string kind, int kills)
    {
        var seed = Random.Shared.Next();
        await using var place = await ImagePlace.OpenAsync(Tool, kind, "glancestore-cli-killed");
        var disk = await DiskImages.MakeAsync(Tool, "disk.qcow2", Megabytes, "-c", "-O", "qcow2");
        var ids = Enumerable.Range(0, kills).Select(_ => $"killed-{Guid.NewGuid():N}").ToArray();
        await Parallel.ForAsync(0, kills, new ParallelOptions { MaxDegreeOfParallelism = 2 },
            async (kill, _) => await KillAsync(place, ids[kill], new Random(seed + kill)));
        (await Tool.RunAsync(["sweep", "--older-than", "0s", .. place.Config])).Succeeded();
        var whole = 0;
        foreach (var id in ids)
        {
            foreach (var location in (await Tool.RunAsync(["list", "--store", "place", "--prefix", id, "--json", .. place.Config])).Succeeded().Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                whole++;
                var uri = ValueOf(location, "location");
                Assert.IsTrue((await Tool.RunAsync(["get", uri, "-o", "-", .. place.Config])).Succeeded().Bytes.AsSpan().SequenceEqual(disk), $"half an image of seed {seed}");
                (await Tool.RunAsync(["delete", uri, .. place.Config])).Succeeded();
            }
        }

        Console.WriteLine($"{whole} of {kills} were stored before they were killed");
        Assert.IsFalse(Directory.Exists(Tool.At("place")) && Directory.EnumerateFileSystemEntries(Tool.At("place")).Any(), $"something was left, seed {seed}");
        var usage = (await Tool.RunAsync(["usage", "--store", "place", "--json", .. place.Config])).Succeeded().Text;
        Assert.AreEqual("0", ValueOf(usage.Trim('[', ']', '\n', ' '), "unfinished"), $"seed {seed}");
    }

    // The moment is a number of bytes that it has read, what it is made of included; the last of them come after its end.
    private async Task KillAsync(ImagePlace place, string id, Random random)
    {
        using var process = Tool.Start(["convert", Tool.At("disk.qcow2"), "--to", "place", "--id", id, .. place.Config]);
        var moment = random.NextInt64(30L << 20);
        while (!process.HasExited && ReadBytesOf(process.Id) < moment)
        {
            await Task.Yield();
        }

        process.Kill();
        await process.WaitForExitAsync();
    }

    private static long ReadBytesOf(int process)
    {
        try
        {
            return long.Parse(File.ReadLines($"/proc/{process}/io").First().Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return long.MaxValue; // gone
        }
    }
}
