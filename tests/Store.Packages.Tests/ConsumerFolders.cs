namespace GlanceStore.Packages.Tests;

/// <summary>Folders of somebody who has the packages and nothing else of this repository.</summary>
internal static class ConsumerFolders
{
    // Our packages are unpacked into the tests' own folder and leave nothing behind; the rest is where the solution's restore put it.
    // The machine's own sources stay: no other has these packages under this version.
    private static string NuGetConfig => $"""
        <configuration>
          <config>
            <add key="globalPackagesFolder" value="{Path.Combine(PackedSolution.Folder, "unpacked")}" />
          </config>
          <fallbackPackageFolders>
            <add key="solution" value="{PackageFolder}" />
          </fallbackPackageFolders>
          <packageSources>
            <add key="packed" value="{PackedSolution.Feed}" />
          </packageSources>
        </configuration>
        """;

    private static string PackageFolder => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public static string New()
    {
        var folder = Directory.CreateDirectory(Path.Combine(PackedSolution.Folder, Guid.NewGuid().ToString("N"))).FullName;
        File.WriteAllText(Path.Combine(folder, "nuget.config"), NuGetConfig);
        return folder;
    }

    public static string Of(string consumer)
    {
        var folder = New();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Consumers", consumer)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return folder;
    }
}
