namespace GlanceStore;

/// <summary>All options of all files, as they are written: later files and lines come last, and the last one holds.</summary>
internal sealed class ConfText
{
    public const string Defaults = "DEFAULT";

    private readonly Dictionary<string, ConfPlace> _sections = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Section, string Name), List<ConfValue>> _values = [];
    private readonly List<ConfValue> _all = [];

    /// <summary>Whether a file could not be read.</summary>
    public bool IsIncomplete { get; init; }

    /// <summary>Notes a section, and tells its name as values have it: without case, but for <c>DEFAULT</c>.</summary>
    public string AddSection(string name, ConfPlace place)
    {
        var normal = Normal(name);
        _sections.TryAdd(normal, place);
        return normal;
    }

    public void Add(ConfValue value)
    {
        _all.Add(value);
        var key = (value.Section, value.Name);
        if (!_values.TryGetValue(key, out var values))
        {
            _values[key] = values = [];
        }

        values.Add(value);
    }

    public ConfPlace? PlaceOf(string section) => _sections.TryGetValue(Normal(section), out var place) ? place : null;

    /// <summary>The value that holds, or null where the option is not set.</summary>
    public ConfValue? Find(string section, string name) => FindAll(section, name) is [.., var last] ? last : null;

    /// <summary>Every value of an option that may be repeated, in the order in which they are written.</summary>
    public IReadOnlyList<ConfValue> FindAll(string section, string name) => _values.GetValueOrDefault((Normal(section), name)) ?? [];

    /// <summary>The value that holds of each option of a section, in the order in which they are first written.</summary>
    public IEnumerable<ConfValue> Of(string section) =>
        _all.Where(value => value.Section == Normal(section)).Select(value => value.Name).Distinct().Select(name => Find(section, name)!);

    private static string Normal(string section) => section == Defaults ? section : section.ToLowerInvariant();
}
