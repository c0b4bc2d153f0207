using System.Text.RegularExpressions;

namespace GlanceStore.Drivers;

public sealed partial class DriverSettings
{
    /// <summary>The path of a file or a directory of this machine, or null where it is not set or empty.</summary>
    /// <remarks>
    /// <c>~</c> at its beginning is the home directory of whoever runs the process, as in a shell. What else only a shell understands is a
    /// mistake: <c>~name</c>, <c>$NAME</c>, <c>${NAME}</c> and <c>%NAME%</c> would be the names of directories that nobody meant.
    /// </remarks>
    public string? Path(string name)
    {
        if (Text(name) is not { Length: > 0 } text)
        {
            return null;
        }

        if (text is "~" or ['~', '/', ..])
        {
            return Expanded(name, text);
        }

        if (text.StartsWith('~') || ShellName().IsMatch(text))
        {
            var word = text.StartsWith('~') ? text.Split('/')[0] : ShellName().Match(text).Value;
            _mistakes.Add($"'{name}' has '{word}' in it, which only a shell understands: write the path out");
        }

        return text;
    }

    private string Expanded(string name, string text)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        if (home.Length == 0)
        {
            _mistakes.Add($"'{name}' begins with '~', and the user that runs this has no home directory");
            return text;
        }

        return text.Length == 1 ? home : System.IO.Path.Combine(home, text[2..].TrimStart('/'));
    }

    [GeneratedRegex(@"(?<=^|[/\\])\$[A-Za-z_][A-Za-z0-9_]*|\$\{[A-Za-z_][A-Za-z0-9_]*\}|%[A-Za-z_][A-Za-z0-9_]*%")]
    private static partial Regex ShellName();
}
