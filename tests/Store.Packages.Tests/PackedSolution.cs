using System.Reflection;

namespace GlanceStore.Packages.Tests;

/// <summary>The packages of this working tree: packed once for all tests, under a version that no cache has seen.</summary>
[TestClass]
public static class PackedSolution
{
    private static readonly string Suffix = $"test.{Guid.NewGuid():N}";

    /// <summary>Where the tests may write; removed at the end.</summary>
    internal static string Folder { get; } = Directory.CreateTempSubdirectory("glance-store-packages-").FullName;

    internal static string Feed { get; } = Path.Combine(Folder, "feed");

    internal static string Repository { get; } = BuildFact("Repository");

    internal static string MSTestVersion { get; } = BuildFact("MSTestVersion");

    internal static string ExtensionsVersion { get; } = BuildFact("ExtensionsVersion");

    internal static IReadOnlyList<Package> Packages { get; private set; } = [];

    /// <summary>Whether the tool was compiled ahead, which takes minutes and a C compiler: where <c>GLANCESTORE_REQUIRE</c> names <c>native-tool</c>.</summary>
    internal static bool HasNativeTool { get; } = (Environment.GetEnvironmentVariable("GLANCESTORE_REQUIRE") ?? "").Split(',').Contains("native-tool");

    internal static string Version => Packages[0].Metadata("version")!;

    /// <summary>Packs the solution.</summary>
    [AssemblyInitialize]
    public static async Task Pack(TestContext context)
    {
        await Command.RunAsync(Repository, Path.Combine(Repository, "eng", "pack"), [HasNativeTool ? "--native" : "--runtime", Feed, Suffix]);
        Packages = [.. Directory.EnumerateFiles(Feed, "*.nupkg").Order(StringComparer.Ordinal).Select(Package.Open)];
    }

    /// <summary>Removes what the tests wrote.</summary>
    [AssemblyCleanup]
    public static void Remove() => Directory.Delete(Folder, recursive: true);

    // What only the project file knows; it notes it in the assembly.
    private static string BuildFact(string name) => typeof(PackedSolution).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == name).Value!;
}
