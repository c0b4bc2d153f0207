namespace GlanceStore.Packages.Tests;

[TestClass]
public sealed class PackageTests
{
    private static readonly string[] Expected =
    [
        "GlanceStore.Abstractions", "GlanceStore.Cache", "GlanceStore.Cli", .. NativeTools, "GlanceStore.Conformance", "GlanceStore.Core",
        "GlanceStore.Drivers.Azure", "GlanceStore.Drivers.File", "GlanceStore.Drivers.Http", "GlanceStore.Drivers.Memory",
        "GlanceStore.Drivers.Rbd", "GlanceStore.Drivers.S3", "GlanceStore.Drivers.Sftp", "GlanceStore.Drivers.Swift",
        "GlanceStore.Formats", "GlanceStore.Nbd",
    ];

    private static string[] NativeTools => PackedSolution.HasNativeTool ? ["GlanceStore.Cli.any", "GlanceStore.Cli.linux-musl-x64", "GlanceStore.Cli.linux-x64"] : [];

    [TestMethod]
    public void Every_shipped_package_is_packed() =>
        Assert.AreEqual(string.Join(' ', Expected), string.Join(' ', PackedSolution.Packages));

    [TestMethod]
    public void Every_package_has_a_description_tags_authors_and_the_licence() => ExpectOfEach(package =>
        package.Metadata("description") is { Length: > 40 }
        && package.Metadata("tags") is { Length: > 0 }
        && package.Metadata("authors") is { Length: > 0 }
        && package.Metadata("license") == "Apache-2.0");

    [TestMethod]
    public void No_two_packages_share_a_description() =>
        Assert.AreEqual(
            PackedSolution.Packages.Count(package => !package.IsToolOfOneMachine),
            PackedSolution.Packages.Select(package => package.Metadata("description")).Distinct(StringComparer.Ordinal).Count());

    [TestMethod]
    public void Every_package_has_a_readme_of_its_own() => ExpectOfEach(package =>
        package.Metadata("readme") == "README.md"
        && package.Entries.Contains("README.md")
        && package.Text("README.md").StartsWith($"# {(package.IsToolOfOneMachine ? "GlanceStore.Cli" : package.Id)}", StringComparison.Ordinal));

    [TestMethod]
    public void Every_library_has_xml_documentation() => ExpectOfEach(package =>
        package.IsTool || package.Entries.Contains($"lib/net10.0/{package.Id}.xml"));

    [TestMethod]
    public void Every_package_has_a_symbol_package_with_its_symbols() => ExpectOfEach(package =>
    {
        if (package.IsTool && PackedSolution.HasNativeTool)
        {
            return true; // what there is of them is in it
        }

        var symbols = Path.Combine(PackedSolution.Feed, $"{package.Id}.{PackedSolution.Version}.snupkg");
        return File.Exists(symbols) && Package.Open(symbols).Entries.Any(entry => entry.EndsWith(".pdb", StringComparison.Ordinal));
    });

    [TestMethod]
    public void Every_library_writes_its_public_surface_down() => ExpectOfEach(package =>
        package.IsTool || Projects.Where(path => Path.GetFileNameWithoutExtension(path) == package.Id)
            .Select(path => Path.Combine(Path.GetDirectoryName(path)!, "PublicAPI.Unshipped.txt"))
            .Any(File.Exists));

    private static IEnumerable<string> Projects => new[] { "src", "tests" }.SelectMany(folder =>
        Directory.EnumerateFiles(Path.Combine(PackedSolution.Repository, folder), "*.csproj", SearchOption.AllDirectories));

    private static void ExpectOfEach(Func<Package, bool> expectation)
    {
        var faulty = PackedSolution.Packages.Where(package => !expectation(package)).ToList();
        Assert.IsEmpty(faulty, $"It does not hold for {string.Join(", ", faulty)}.");
    }
}
