using System.Text.RegularExpressions;

namespace GlanceStore.Packages.Tests;

/// <summary>A piece of C# that a page shows.</summary>
/// <param name="Page">The page, from the root of the repository.</param>
/// <param name="Line">Where it begins.</param>
/// <param name="Text">All of it, as it stands.</param>
internal sealed partial record Snippet(string Page, int Line, string Text)
{
    private const string Fence = "```";

    /// <summary>What its page names outside of its snippets, and looks like a package: what a reader knows to add.</summary>
    public required IReadOnlySet<string> Named { get; init; }

    /// <summary>Whether it only declares types, which the page's other snippets may use; else it is a program.</summary>
    public bool DeclaresTypes => Code.First(line => !line.StartsWith("using ", StringComparison.Ordinal) && !line.StartsWith("namespace ", StringComparison.Ordinal))
        is ['[', ..] or ['p', 'u', 'b', 'l', 'i', 'c', ' ', ..] or ['i', 'n', 't', 'e', 'r', 'n', 'a', 'l', ' ', ..];

    public string Name => $"{Path.ChangeExtension(Page, null).Replace('/', '.')}.{Line}";

    private IEnumerable<string> Code => Text.Split('\n').Where(line => line.Trim() is { Length: > 0 } code && !code.StartsWith("//", StringComparison.Ordinal));

    /// <summary>Every snippet of a page.</summary>
    public static IEnumerable<Snippet> Of(string repository, string page)
    {
        var lines = File.ReadAllLines(Path.Combine(repository, page));
        var named = NamedIn(lines);
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] == Fence + "csharp")
            {
                var text = lines.Skip(i + 1).TakeWhile(line => line != Fence).ToArray();
                yield return new Snippet(page, i + 2, string.Join('\n', text)) { Named = named };
                i += text.Length;
            }
        }
    }

    private static HashSet<string> NamedIn(IEnumerable<string> lines)
    {
        var isSnippet = false;
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            isSnippet = isSnippet ? line != Fence : line == Fence + "csharp";
            named.UnionWith(isSnippet ? [] : PackageName().Matches(line).Select(match => match.Value));
        }

        return named;
    }

    [GeneratedRegex(@"\b(GlanceStore|Microsoft\.Extensions)(\.[A-Za-z0-9]+)+", RegexOptions.CultureInvariant)]
    private static partial Regex PackageName();
}
