namespace GlanceStore;

/// <summary>Keeps account of the options that were used, so that none of the rest goes unmentioned.</summary>
internal sealed class IgnoredOptions(ConfText text)
{
    private readonly HashSet<(string Section, string Name)> _taken = [];
    private readonly List<IgnoredOption> _ignored = [];

    public IReadOnlyList<IgnoredOption> InOrder =>
        [.. _ignored.Distinct().OrderBy(option => option.File, StringComparer.Ordinal).ThenBy(option => option.Line)];

    /// <summary>Notes that an option was used.</summary>
    public ConfValue? Take(ConfValue? value)
    {
        if (value is not null)
        {
            _taken.Add((value.Section, value.Name));
        }

        return value;
    }

    public void Add(ConfValue value, string reason)
    {
        Take(value);
        _ignored.Add(new IgnoredOption(value.Section, value.Name, value.Place.File, value.Place.Line, reason));
    }

    /// <summary>Everything of a section that was not used.</summary>
    public void AddRest(string section, string reason)
    {
        foreach (var value in text.Of(section).Where(value => !_taken.Contains((value.Section, value.Name))).ToList())
        {
            Add(value, reason);
        }
    }
}
