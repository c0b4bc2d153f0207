using System.Runtime.CompilerServices;

namespace GlanceStore.Cli.Tests;

[TestClass]
public sealed class ReadmeSampleTests : ToolTests
{
    [TestMethod]
    public async Task The_sample_stores_an_image_and_copies_it_back()
    {
        var bytes = Tool.MakeFile("disk", 20_000_000);
        Directory.CreateDirectory(Tool.StoreDirectory);
        await ReadmeSample.RunAsync(Tool.StoreDirectory, Tool.At("disk"), Tool.At("copy"));
        Same(bytes, await File.ReadAllBytesAsync(Tool.At("copy")));
    }

    [TestMethod]
    public async Task The_sample_of_the_readme_is_the_one_that_compiles()
    {
        var here = Path.GetDirectoryName(ThisFile())!;
        var readme = new FileInfo(Path.Combine(here, "../../README.md"));
        if (!readme.Exists)
        {
            Assert.Inconclusive("There is no README.md.");
        }

        var sample = LinesOf(await File.ReadAllTextAsync(Path.Combine(here, "ReadmeSample.cs")));
        var shown = LinesOf((await File.ReadAllTextAsync(readme.FullName)).Split("```csharp\n")[1].Split("```")[0])
            .Where(line => !line.StartsWith("using ", StringComparison.Ordinal));
        Assert.Contains(string.Join('\n', shown), string.Join('\n', sample));
    }

    private static string[] LinesOf(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
