using System.Diagnostics.CodeAnalysis;

namespace GlanceStore.Drivers.Swift;

/// <summary>
/// A file in the language of Python's <c>ConfigParser</c> as it is by default (3.11), which is not that of glance-api.conf: values go on in
/// lines that are indented further, <c>[DEFAULT]</c> holds for every section, names are compared without case, <c>%(name)s</c> stands for
/// another value and <c>%%</c> for a percent sign.
/// </summary>
/// <remarks>What is wrong is noted with the section it is in, and no more of it than the names: a line may be half a password.</remarks>
internal sealed class PythonConfig
{
    private const string Defaults = "DEFAULT";
    private const int DeepestReference = 10; // configparser.MAX_INTERPOLATION_DEPTH

    private readonly Dictionary<string, Dictionary<string, string>> _sections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _defaults = new(StringComparer.Ordinal);
    private readonly List<(string? Section, string Text)> _mistakes = [];

    private PythonConfig()
    {
    }

    /// <summary>The names of the sections, without that of the defaults.</summary>
    public IEnumerable<string> Sections => _sections.Keys;

    public static PythonConfig Read(IEnumerable<string> lines)
    {
        var config = new PythonConfig();
        new Reader(config).Read(lines);
        return config;
    }

    /// <summary>What is wrong in a section, or in the file as a whole, one sentence each.</summary>
    public IEnumerable<string> MistakesOf(string section) =>
        _mistakes.Where(mistake => mistake.Section is null || mistake.Section == section).Select(mistake => mistake.Text);

    /// <summary>The value of a name in a section, or else in the defaults; null where there is none, or it makes no sense.</summary>
    /// <param name="section">The section.</param>
    /// <param name="name">The name, in lower case.</param>
    /// <param name="mistake">Why it makes no sense, where that is so.</param>
    public string? Text(string section, string name, out string? mistake)
    {
        mistake = null;
        if (!TryGetRaw(section, name, out var raw))
        {
            return null;
        }

        try
        {
            Unquoted(name, raw); // Python's library looks at the quotes before the references are followed, too
            return Unquoted(name, Followed(section, name, raw, 1));
        }
        catch (FormatException e)
        {
            mistake = e.Message;
            return null;
        }
    }

    // As OpenStack's library takes quotes away, not ConfigParser.
    private static string Unquoted(string name, string value) => value is not ['"' or '\'', ..]
        ? value
        : value.Length > 1 && value[^1] == value[0] ? value[1..^1] : throw new FormatException($"the quotes around '{name}' are not closed");

    private bool TryGetRaw(string section, string name, [NotNullWhen(true)] out string? raw) =>
        (_sections.TryGetValue(section, out var values) && values.TryGetValue(name, out raw)) || _defaults.TryGetValue(name, out raw);

    private string Followed(string section, string name, string value, int depth)
    {
        if (depth > DeepestReference)
        {
            throw new FormatException($"the references of '{name}' lead to themselves");
        }

        var text = new System.Text.StringBuilder();
        for (var rest = value; rest.Length > 0;)
        {
            var percent = rest.IndexOf('%', StringComparison.Ordinal);
            text.Append(percent < 0 ? rest : rest[..percent]);
            rest = percent < 0 ? "" : rest[percent..];
            if (rest.StartsWith("%%", StringComparison.Ordinal))
            {
                text.Append('%');
                rest = rest[2..];
            }
            else if (rest.Length > 0)
            {
                var referred = ReferredBy(name, rest, out var length);
                text.Append(TryGetRaw(section, referred, out var other)
                    ? Followed(section, name, other, depth + 1)
                    : throw new FormatException($"'{name}' refers to a name that is not there"));
                rest = rest[length..];
            }
        }

        return text.ToString();
    }

    // %(name)s
    private static string ReferredBy(string name, string rest, out int length)
    {
        var end = rest.IndexOf(")s", StringComparison.Ordinal);
        length = end + 2;
        return end > 2 && rest[1] == '(' && rest.IndexOf(')', StringComparison.Ordinal) == end
            ? rest[2..end].ToLowerInvariant()
            : throw new FormatException($"'{name}' holds a '%' that is neither '%%' nor the beginning of '%(name)s'");
    }

    private sealed class Reader(PythonConfig config)
    {
        private readonly HashSet<(string? Section, string? Name)> _seen = [];
        private readonly List<string> _value = [];
        private Dictionary<string, string>? _values;
        private string? _section;
        private string? _name;
        private int _indent;

        public void Read(IEnumerable<string> lines)
        {
            foreach (var line in lines)
            {
                Take(line, line.Trim());
            }

            EndValue();
        }

        private void Take(string line, string text)
        {
            if (text.Length == 0)
            {
                _value.Add(""); // an empty line belongs to the value it stands in; at its end it is taken away
            }
            else if (text[0] is not ('#' or ';'))
            {
                var indent = line.TakeWhile(char.IsWhiteSpace).Count();
                if (_name is not null && indent > _indent)
                {
                    _value.Add(text);
                    return;
                }

                EndValue();
                _indent = indent;
                Begin(text);
            }
        }

        // The name of a section ends at the last bracket of its line, and what stands behind that is nothing.
        private void Begin(string text)
        {
            if (text[0] == '[' && text.LastIndexOf(']') is > 1 and var end)
            {
                BeginSection(text[1..end]);
            }
            else if (_values is null)
            {
                Mistake(null, "the file begins with a line that is in no section");
            }
            else if (text.AsSpan().IndexOfAny('=', ':') is > 0 and var delimiter)
            {
                BeginValue(text[..delimiter].TrimEnd().ToLowerInvariant(), text[(delimiter + 1)..].TrimStart());
            }
            else
            {
                Mistake(_section, "a line is not NAME = VALUE");
            }
        }

        private void BeginSection(string section)
        {
            _section = section;
            if (section == Defaults)
            {
                _values = config._defaults;
                return;
            }

            if (!config._sections.TryGetValue(section, out _values))
            {
                config._sections[section] = _values = new(StringComparer.Ordinal);
            }

            if (!_seen.Add((section, null)))
            {
                Mistake(section, "the heading is there twice");
            }
        }

        private void BeginValue(string name, string value)
        {
            if (!_seen.Add((_section, name)))
            {
                Mistake(_section, $"'{name}' is there twice");
            }

            _name = name;
            _value.Add(value);
        }

        private void EndValue()
        {
            if (_name is not null)
            {
                _values![_name] = string.Join('\n', _value).TrimEnd();
            }

            _value.Clear();
            _name = null;
        }

        // What is wrong with the defaults is wrong with every section.
        private void Mistake(string? section, string text) => config._mistakes.Add((section == Defaults ? null : section, text));
    }
}
