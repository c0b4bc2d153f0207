namespace GlanceStore.Packages.Tests;

/// <summary>What somebody gets who has the packages and nothing else of this repository.</summary>
[TestClass]
public sealed class ConsumerTests
{
    [TestMethod]
    public async Task A_program_with_package_references_alone_stores_an_image_and_reads_it_back_verified()
    {
        var folder = ConsumerFolders.Of("Program");
        var output = await Command.RunAsync(
            folder, "dotnet", "run", $"-p:GlanceStoreVersion={PackedSolution.Version}", "--", Path.Combine(folder, "images"));
        Assert.AreEqual("sha512 Chunks True", output.Trim());
    }

    [TestMethod]
    public async Task A_driver_author_passes_the_conformance_suite_with_package_references_alone()
    {
        var folder = ConsumerFolders.Of("DriverAuthor");
        var output = await Command.RunAsync(
            folder, "dotnet", "run", $"-p:GlanceStoreVersion={PackedSolution.Version}", $"-p:MSTestVersion={PackedSolution.MSTestVersion}");
        Assert.Contains("failed: 0", output);
        Assert.DoesNotContain("succeeded: 0", output);
    }

    [TestMethod]
    public async Task The_tool_that_is_installed_on_Linux_needs_no_runtime()
    {
        RequireNativeTool();
        var folder = await InstallAsync();
        Assert.IsEmpty(Directory.EnumerateFiles(Path.Combine(folder, "tools", ".store"), "glance-store.dll", SearchOption.AllDirectories));
        Assert.StartsWith(PackedSolution.Version, await Command.RunAsync(folder, "env", "-i", Path.Combine(folder, "tools", "glance-store"), "--version"));
    }

    // Its identifier falls back on linux-x64 before it falls back on any.
    [TestMethod]
    public void Alpine_does_not_get_a_program_for_another_C_library()
    {
        RequireNativeTool();
        var settings = PackedSolution.Packages.Single(package => package.Id == "GlanceStore.Cli").Text("tools/any/any/DotnetToolSettings.xml");
        Assert.Contains("\"linux-musl-x64\"", settings);
    }

    [TestMethod]
    public async Task The_tool_installs_from_its_package_and_does_the_main_job()
    {
        var folder = await InstallAsync();
        await File.WriteAllBytesAsync(Path.Combine(folder, "image.raw"), new byte[100_000]);
        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), """
            { "GlanceStore": { "Stores": { "images": { "Type": "file", "Directory": "stored" } } } }
            """);

        var tool = Path.Combine(folder, "tools", "glance-store");
        await Command.RunAsync(folder, tool, "put", "image.raw", "--receipt", "receipt.json", "--config", "config.json");
        await Command.RunAsync(folder, tool, "get", "receipt.json", "-o", "copy.raw", "--config", "config.json");
        CollectionAssert.AreEqual(new byte[100_000], await File.ReadAllBytesAsync(Path.Combine(folder, "copy.raw")));
    }

    private static void RequireNativeTool()
    {
        if (!PackedSolution.HasNativeTool)
        {
            Assert.Inconclusive("The tool was not compiled ahead: that is done where GLANCESTORE_REQUIRE names native-tool.");
        }
    }

    private static async Task<string> InstallAsync()
    {
        var folder = ConsumerFolders.New();
        await Command.RunAsync(
            folder, "dotnet", "tool", "install", "GlanceStore.Cli", "--tool-path", "tools", "--version", PackedSolution.Version);
        return folder;
    }
}
