namespace GlanceStore.Packages.Tests;

/// <summary>What the pages show builds as it stands, in a project that has the packages its page names and nothing else.</summary>
[TestClass]
public sealed class SnippetTests
{
    // What a page may name beside our libraries.
    private static readonly string[] Extensions = ["Microsoft.Extensions.Configuration.Json", "Microsoft.Extensions.DependencyInjection"];

    private static string Repository => PackedSolution.Repository;

    [TestMethod]
    public async Task Every_snippet_of_the_pages_builds_as_it_stands()
    {
        var projects = Pages().SelectMany(page => ProjectsOf([.. Snippet.Of(Repository, page)])).ToList();
        Assert.IsGreaterThan(15, projects.Count, "The pages have lost their snippets, or the test does not find them.");
        await BuildAsync(projects);
    }

    [TestMethod]
    public async Task A_snippet_that_does_not_compile_is_noticed()
    {
        var snippet = new Snippet("page.md", 1, "using GlanceStore;\n\nNoSuchStore.Put();") { Named = new HashSet<string> { "GlanceStore.Core" } };
        var failure = await Assert.ThrowsExactlyAsync<AssertFailedException>(() => BuildAsync(ProjectsOf([snippet])));
        Assert.Contains("CS0103", failure.Message);
    }

    [TestMethod]
    public async Task A_snippet_that_takes_a_package_its_page_does_not_name_is_noticed()
    {
        const string Text = "using Microsoft.Extensions.DependencyInjection;\n\nnew ServiceCollection().BuildServiceProvider();";
        var snippet = new Snippet("page.md", 1, Text) { Named = new HashSet<string> { "GlanceStore.Core" } };
        var failure = await Assert.ThrowsExactlyAsync<AssertFailedException>(() => BuildAsync(ProjectsOf([snippet])));
        Assert.Contains("CS1061", failure.Message);
    }

    private static async Task BuildAsync(IEnumerable<(string Name, IReadOnlyList<Snippet> Snippets)> projects)
    {
        var folder = ConsumerFolders.New();
        foreach (var (name, snippets) in projects)
        {
            Write(Directory.CreateDirectory(Path.Combine(folder, name)).FullName, snippets);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "Directory.Build.props"), Properties);
        await File.WriteAllTextAsync(Path.Combine(folder, "all.proj"), All);
        await Command.RunAsync(folder, "dotnet", "build", "all.proj", "--verbosity", "quiet", "-p:RunAnalyzers=false");
    }

    private static IEnumerable<string> Pages() => new[] { "README.md" }
        .Concat(new[] { "docs", "src", "tests/Store.Conformance" }.SelectMany(folder =>
            Directory.EnumerateFiles(Path.Combine(Repository, folder), "*.md", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Repository, path).Replace(Path.DirectorySeparatorChar, '/'))))
        .Where(page => !page.Contains("/bin/", StringComparison.Ordinal) && !page.Contains("/obj/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    // A program each, with the types that its page declares; the types alone where the page has no program.
    private static IEnumerable<(string Name, IReadOnlyList<Snippet> Snippets)> ProjectsOf(IReadOnlyList<Snippet> snippets)
    {
        Snippet[] types = [.. snippets.Where(snippet => snippet.DeclaresTypes)];
        Snippet[] programs = [.. snippets.Where(snippet => !snippet.DeclaresTypes)];
        return programs.Length > 0
            ? programs.Select(program => (program.Name, (IReadOnlyList<Snippet>)[program, .. types]))
            : types.Length > 0 ? [(types[0].Name, types)] : [];
    }

    private static void Write(string folder, IReadOnlyList<Snippet> snippets)
    {
        foreach (var snippet in snippets)
        {
            File.WriteAllText(Path.Combine(folder, $"{snippet.Name}.cs"), snippet.Text + "\n");
        }

        File.WriteAllText(Path.Combine(folder, "Page.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>{(snippets[0].DeclaresTypes ? "Library" : "Exe")}</OutputType>
              </PropertyGroup>
              <ItemGroup>
                {string.Join("\n    ", ReferencesOf(snippets[0].Named))}
              </ItemGroup>
            </Project>
            """);
    }

    private static IEnumerable<string> ReferencesOf(IReadOnlySet<string> named)
    {
        var ours = PackedSolution.Packages.Where(package => !package.IsTool).Select(package => (package.Id, Version: PackedSolution.Version));
        var theirs = Extensions.Select(id => (Id: id, Version: PackedSolution.ExtensionsVersion));
        return ours.Concat(theirs).Where(package => named.Contains(package.Id))
            .Select(package => $"""<PackageReference Include="{package.Id}" Version="{package.Version}" />""");
    }

    private const string Properties = """
        <Project>
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <NuGetAudit>false</NuGetAudit>
            <GenerateProgramFile>false</GenerateProgramFile>
            <NoWarn>$(NoWarn);CS8321</NoWarn>
          </PropertyGroup>
        </Project>
        """;

    // A build without a target named runs the first one, which would be the restore alone.
    private const string All = """
        <Project DefaultTargets="Build">
          <ItemGroup>
            <Page Include="*/Page.csproj" />
          </ItemGroup>
          <Target Name="Restore">
            <MSBuild Projects="@(Page)" Targets="Restore" Properties="MSBuildRestoreSessionId=$([System.Guid]::NewGuid())" />
          </Target>
          <Target Name="Build">
            <MSBuild Projects="@(Page)" Targets="Build" BuildInParallel="true" />
          </Target>
        </Project>
        """;
}
