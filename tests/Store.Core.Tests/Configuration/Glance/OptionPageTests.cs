namespace GlanceStore.Core.Tests.Configuration.Glance;

/// <summary>The page for operators says what the code does.</summary>
[TestClass]
public sealed class OptionPageTests
{
    private static readonly Lazy<string> Page = new(() => File.ReadAllText(Path.Combine(RepositoryRoot(), "docs/moving-from-glance-store.md")));

    public static IEnumerable<object[]> Types => GlanceOptions.ByType.Keys.Order(StringComparer.Ordinal).Prepend("every store").Select(type => new object[] { type });

    [TestMethod]
    [DynamicData(nameof(Types))]
    public void Table_of_a_type_is_the_table_of_the_code(string type)
    {
        var options = type == "every store" ? GlanceOptions.OfEvery : GlanceOptions.Of(type);
        var expected = string.Join('\n', options.Select(RowOf).Prepend("|---|---|---|---|---|").Prepend("| option | type | default | setting | |"));
        Assert.Contains($"### {type}\n\n{expected}\n\n", Page.Value);
    }

    [TestMethod]
    public void Page_has_no_option_that_the_code_does_not_have()
    {
        var known = GlanceOptions.ByType.Values.SelectMany(options => options).Concat(GlanceOptions.OfEvery).Select(option => option.Name).ToHashSet();
        var shown = Page.Value.Split('\n').Where(line => line.Contains(" | ", StringComparison.Ordinal) && line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1]).ToList();
        Assert.HasCount(known.Count, shown);
        Assert.IsEmpty(shown.Except(known));
    }

    [TestMethod]
    public void Every_option_that_is_ignored_has_a_reason() => Assert.IsEmpty(
        GlanceOptions.ByType.Values.SelectMany(options => options).Where(option => option is { Setting: null, Remark: null }).Select(option => option.Name));

    private static string RowOf(GlanceOption option)
    {
        var preset = option.IsRequired ? "needed" : option.Default is { } text ? $"`{text}`" : "";
        var setting = option.Setting is { } names ? $"`{names.Replace(", ", "`, `")}`" : "ignored";
        return $"| `{option.Name}` | {option.Type.Name} | {preset} | {setting} | {option.Remark} |";
    }

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
