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
        var sample = LinesOf(await ReadAsync("tests/Store.Cli.Tests/ReadmeSample.cs"));
        var shown = LinesOf((await ReadAsync("README.md")).Split("```csharp\n")[1].Split("```")[0])
            .Where(line => !line.StartsWith("using ", StringComparison.Ordinal) && !line.Contains("args[", StringComparison.Ordinal));
        Assert.Contains(string.Join('\n', shown), string.Join('\n', sample));
    }

    internal static Task<string> ReadAsync(string path) => File.ReadAllTextAsync(Path.Combine(RepositoryRoot(), path));

    internal static string[] LinesOf(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "GlanceStore.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        }

        return folder;
    }
}
