using System.Globalization;

namespace GlanceStore.Drivers;

/// <summary>The settings of one store as an operator wrote them: names and texts, read into a driver's options with every mistake noted.</summary>
/// <remarks>
/// Names are compared without case and nest with <c>:</c>, as in .NET's configuration. Reading never throws: a text that does not fit
/// becomes a sentence in <see cref="Mistakes"/> and the property's default, so that an operator sees all mistakes at once. A name that
/// nobody asked for is a mistake too.
/// </remarks>
public sealed partial class DriverSettings
{
    private const double MostSeconds = 1e9;
    private const int AlikeCharacters = 3;

    private readonly Dictionary<string, string> _values;
    private readonly HashSet<string> _asked = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _mistakes = [];

    /// <summary>Takes the settings of a store.</summary>
    /// <param name="values">Names and texts; a null text counts as absent.</param>
    public DriverSettings(IEnumerable<KeyValuePair<string, string?>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        _values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, text) in values)
        {
            if (text is not null)
            {
                _values[name] = text;
            }
        }
    }

    /// <summary>What was wrong with the settings read so far, one sentence each, and every name that was not asked for.</summary>
    public IEnumerable<string> Mistakes => _mistakes.Concat(_values.Keys
        .Where(name => !_asked.Contains(name))
        .Order(StringComparer.Ordinal)
        .Select(name => $"There is no setting '{name}'; {Known(name)}"));

    /// <summary>A text, or null where it is not set.</summary>
    public string? Text(string name)
    {
        _asked.Add(name);
        return _values.GetValueOrDefault(name);
    }

    /// <summary>A whole number between two bounds.</summary>
    public long Number(string name, long fallback, long least = long.MinValue, long most = long.MaxValue) =>
        Parse(name, fallback, text =>
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
                ? value
                : null,
            least == long.MinValue && most == long.MaxValue ? "a whole number" : $"a whole number from {least} to {most}");

    /// <summary>True or false; yes, on and 1, no, off and 0 will do, as in OpenStack's files.</summary>
    public bool Flag(string name, bool fallback) => Parse<bool>(name, fallback, text => text.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "ON" or "1" => true,
        "FALSE" or "NO" or "OFF" or "0" => false,
        _ => null,
    }, "true or false");

    /// <summary>A time span, written <c>[d.]hh:mm:ss</c> or as a number of seconds.</summary>
    public TimeSpan Span(string name, TimeSpan fallback) => Parse<TimeSpan>(name, fallback, text =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= MostSeconds
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) && span >= TimeSpan.Zero ? span : null,
        "a time span such as 00:00:30");

    /// <summary>A list: <c>a, b</c> as in OpenStack's files, or one entry a name below it as in .NET's; empty where it is not set.</summary>
    public IReadOnlyList<string> List(string name) =>
        [.. Children(name).Select(child => Text($"{name}:{child}")).Prepend(Text(name))
            .SelectMany(text => (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>Any other value, by the driver's own rule.</summary>
    /// <param name="name">The setting's name.</param>
    /// <param name="fallback">The value where the setting is absent or wrong.</param>
    /// <param name="parse">The rule; null for a text that does not fit.</param>
    /// <param name="expected">What fits, in words that end the sentence "… is not …".</param>
    public T Parse<T>(string name, T fallback, Func<string, T?> parse, string expected) where T : struct
    {
        ArgumentNullException.ThrowIfNull(parse);
        if (Text(name) is not { } text)
        {
            return fallback;
        }

        if (parse(text.Trim()) is { } value)
        {
            return value;
        }

        _mistakes.Add($"'{name}' is not {expected}");
        return fallback;
    }

    /// <summary>The names one level below <paramref name="name"/>, in order: <c>0</c>, <c>1</c>, … for a list.</summary>
    public IReadOnlyList<string> Children(string name)
    {
        var prefix = name + ":";
        return [.. _values.Keys
            .Where(key => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .Select(key => key[prefix.Length..].Split(':')[0])
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .OrderBy(key => int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : int.MaxValue)];
    }

    // Those that begin alike, or else all; without quotes, which are around what is wrong.
    private string Known(string name)
    {
        string[] known = [.. _asked.Where(asked => !asked.Contains(':', StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        var start = name[..Math.Min(name.Length, AlikeCharacters)];
        string[] alike = [.. known.Where(asked => asked.StartsWith(start, StringComparison.OrdinalIgnoreCase))];
        var told = alike.Length > 0 ? alike : known;
        return $"there {(told.Length == 1 ? "is" : "are")} {string.Join(", ", told)}";
    }
}
