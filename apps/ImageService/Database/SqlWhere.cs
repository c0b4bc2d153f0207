namespace GlanceStore.ImageService.Database;

/// <summary>Conditions that all have to hold, and the values they compare with, which never stand in the text.</summary>
internal sealed class SqlWhere
{
    private readonly List<string> _conditions = [];
    private readonly Dictionary<string, object> _values = [];

    public IReadOnlyDictionary<string, object> Values => _values;

    /// <summary>The conditions behind WHERE.</summary>
    public string Text => string.Join(" AND ", _conditions.DefaultIfEmpty("1 = 1"));

    public void Add(string condition) => _conditions.Add(condition);

    /// <summary>Keeps a value; the result stands for it in a condition.</summary>
    public string Value(object value)
    {
        var name = $"p{_values.Count}";
        _values.Add(name, value);
        return $"@{name}";
    }
}
