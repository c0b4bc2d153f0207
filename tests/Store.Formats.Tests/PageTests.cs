using System.Reflection;
using System.Text.RegularExpressions;

namespace GlanceStore.Formats.Tests;

/// <summary>docs/formats.md names a test and an image for what it says: they are there.</summary>
[TestClass]
public sealed partial class PageTests
{
    private const string More = "…";

    private static readonly Lazy<string> Page = new(() => File.ReadAllText(Path.Combine(RepositoryRoot(), "docs/formats.md")));

    [TestMethod]
    public void Every_test_that_the_page_names_is_there()
    {
        var tests = Assembly.GetExecutingAssembly().GetTypes().SelectMany(type => type.GetMethods().Where(method => method.GetCustomAttribute<TestMethodAttribute>() is not null)).Select(method => method.Name).ToArray();
        var named = TestName().Matches(Page.Value).Select(match => match.Groups[1].Value).ToArray();
        Assert.IsGreaterThan(30, named.Length);
        foreach (var name in named)
        {
            Assert.Contains(test => name.EndsWith(More, StringComparison.Ordinal) ? test.StartsWith(name[..^1], StringComparison.Ordinal) : test == name, tests, name);
        }
    }

    [TestMethod]
    public void Every_image_that_the_page_names_is_made_and_inspected()
    {
        var inspected = typeof(InspectorTests).GetMethod(nameof(InspectorTests.What_an_image_is_is_what_the_tool_made))!.GetCustomAttributes<DataRowAttribute>().Select(row => (string)row.Data[0]!).ToArray();
        var named = ImageName().Matches(Page.Value).Select(match => match.Groups[1].Value).ToArray();
        Assert.IsGreaterThan(30, named.Length);
        foreach (var name in named)
        {
            Assert.IsNotEmpty(MadeImages.All(name), name);
            Assert.IsTrue(inspected.Any(image => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(name, image)), name);
        }
    }

    [TestMethod]
    public void Every_format_has_a_row_in_each_table_of_the_page()
    {
        var rows = Page.Value.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|')[1]).ToArray();
        foreach (var format in ImageFormat.Known)
        {
            Assert.HasCount(3, rows.Where(row => row.Contains($"`{format}`", StringComparison.Ordinal)), format);
        }
    }

    [GeneratedRegex("`([A-Z][A-Za-z0-9]*_[A-Za-z0-9_]+…?)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"`([a-z0-9*-]+\.(?:raw|iso|qcow2|qcow|qed|vmdk|vhd|vhdx|vdi|ova|parallels|tar|raw\.gz|raw\.xz|raw\.zst))`")]
    private static partial Regex ImageName();

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "GlanceStore.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
