namespace GlanceStore;

/// <summary>Reads one file of oslo.config's syntax, line by line, and goes on after a line that is wrong.</summary>
/// <remarks>
/// <c>[section]</c>; <c>name = text</c> or <c>name: text</c>; a line that begins with a blank continues the one before it, unless an empty
/// line or a comment lies between; a comment begins the line, with <c>#</c> or <c>;</c>; quotes around a text are taken off.
/// No message repeats a line: it may hold a secret.
/// </remarks>
internal sealed class ConfFile(string file, ConfText text, List<string> mistakes)
{
    private readonly List<string> _lines = [];
    private string? _section;
    private string? _name;
    private int _begun;

    public void Read(IEnumerable<string> lines)
    {
        var number = 0;
        foreach (var line in lines)
        {
            ReadLine(line.TrimEnd(), new ConfPlace(file, ++number));
        }

        Finish();
    }

    private void ReadLine(string line, ConfPlace place)
    {
        if (line.Length > 0 && line[0] is ' ' or '\t')
        {
            Continue(line.TrimStart(), place);
            return;
        }

        Finish();
        switch (line)
        {
            case "" or ['#' or ';', ..]:
                return;
            case ['[', .., ']'] when line.Length > 2:
                _section = text.AddSection(line[1..^1], place);
                return;
            case ['[', ..]:
                mistakes.Add($"What begins with '[' is the name of a section, in brackets, and nothing else ({place}).");
                return;
            default:
                Begin(line, place);
                return;
        }
    }

    private void Continue(string line, ConfPlace place)
    {
        if (_name is null)
        {
            mistakes.Add($"The line begins with a blank, so it continues the one before it, which is no option ({place}).");
            return;
        }

        _lines.Add(line);
    }

    private void Begin(string line, ConfPlace place)
    {
        var end = line.AsSpan().IndexOfAny('=', ':');
        var name = end < 0 ? "" : line[..end].Trim();
        if (name.Length == 0)
        {
            mistakes.Add($"The line is no comment, no section and no 'option = value' ({place}).");
            return;
        }

        if (_section is null)
        {
            mistakes.Add($"The option '{name}' is in no section ({place}).");
        }

        (_name, _begun) = (name, place.Line);
        _lines.Add(Unquoted(line[(end + 1)..].Trim()));
    }

    private void Finish()
    {
        if (_name is not null && _section is not null)
        {
            text.Add(new ConfValue(_section, _name, string.Join('\n', _lines), new ConfPlace(file, _begun)));
        }

        _name = null;
        _lines.Clear();
    }

    private static string Unquoted(string value) => value switch
    {
        "\"" or "'" => "",
        ['"', .., '"'] or ['\'', .., '\''] => value[1..^1],
        _ => value,
    };
}
