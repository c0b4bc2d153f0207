using System.Security;

namespace GlanceStore;

/// <summary>Reads files and folders of fragments, one after the other.</summary>
internal static class ConfFiles
{
    public static ConfText Read(IEnumerable<string> files, IEnumerable<string> directories, List<string> mistakes)
    {
        var unread = new List<string>();
        var texts = files.Concat(directories.SelectMany(directory => Fragments(directory, unread)))
            .Select(file => (Name: file, Lines: LinesOf(file, unread))).Where(file => file.Lines is not null).ToArray();
        var text = new ConfText { IsIncomplete = unread.Count > 0 };
        mistakes.AddRange(unread);
        foreach (var (name, lines) in texts)
        {
            new ConfFile(name, text, mistakes).Read(lines!);
        }

        return text;
    }

    // What oslo.config's --config-dir takes: *.conf but no hidden file, sorted by name; and of those, what does not wait to be read.
    private static string[] Fragments(string directory, List<string> mistakes) =>
        Try(() => Directory.GetFiles(directory, "*.conf"), $"The folder '{directory}' of the configuration", mistakes)?
            .Where(file => Path.GetFileName(file)[0] != '.' && !UnixFile.IsSpecial(file)).Order(StringComparer.Ordinal).ToArray() ?? [];

    private static string[]? LinesOf(string file, List<string> mistakes) =>
        Try(() => File.ReadAllLines(file), $"The configuration '{file}'", mistakes);

    private static string[]? Try(Func<string[]> read, string what, List<string> mistakes)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException or ArgumentException)
        {
            mistakes.Add($"{what} cannot be read: {e.Message.TrimEnd('.')}.");
            return null;
        }
    }
}
