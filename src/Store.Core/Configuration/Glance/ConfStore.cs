using System.Text.RegularExpressions;
using GlanceStore.Drivers;

namespace GlanceStore;

/// <summary>A store as a <c>glance-api.conf</c> describes it, in our own settings, each with the option that it was.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its kind of driver, by our name.</param>
/// <param name="Place">Where its options begin, or where it is named if it has none.</param>
internal sealed partial record ConfStore(string Id, string Type, ConfPlace Place)
{
    private readonly Dictionary<string, string> _settings = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _origins = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _wrong = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether glance keeps it for itself, to stage uploads and for tasks.</summary>
    public bool IsReserved { get; init; }

    /// <summary>Whether there is no driver that it could ever have; why is among the mistakes.</summary>
    public bool IsForeign { get; init; }

    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>Sets a setting.</summary>
    /// <param name="setting">Its name.</param>
    /// <param name="text">What it is set to.</param>
    /// <param name="origin">The option that it was; null for a default.</param>
    public void Set(string setting, string text, ConfValue? origin)
    {
        _settings[setting] = text;
        if (origin is not null)
        {
            _origins[setting] = _origins[setting.Split(':')[0]] = $"{origin.Name}, {origin.Place}";
        }
    }

    /// <summary>Notes that an option is a mistake that was told of, so that what a driver misses because of it need not be.</summary>
    public void SetWrong(GlanceOption option) => _wrong.UnionWith(option.Setting?.Split(", ") ?? []);

    /// <summary>As <see cref="SetWrong"/>, for all of its options.</summary>
    public void SetWrongAll(IEnumerable<GlanceOption> options)
    {
        foreach (var option in options)
        {
            SetWrong(option);
        }
    }

    /// <summary>What a driver says of our settings, with the option and its line; null for what was told of before.</summary>
    public string? Located(string mistake)
    {
        var names = Quoted().Matches(mistake).Select(match => match.Groups["name"].Value).ToList();
        var origins = names.Select(name => _origins.GetValueOrDefault(name)).OfType<string>().Distinct().ToList();
        return names.Exists(_wrong.Contains) ? null : $"{mistake} ({string.Join("; ", origins.DefaultIfEmpty(Place.ToString()))})";
    }

    /// <summary>The store's recipe, where its type is registered.</summary>
    public void AddTo(StorePlan plan, IReadOnlyDictionary<string, StoreType> types)
    {
        if (IsForeign || !types.TryGetValue(Type, out var type))
        {
            plan.Ids.Add(Id);
            plan.Mistakes.AddRange(IsForeign ? [] : [$"{KnownDrivers.Missing(Id, Type, types.Keys).TrimEnd('.')} ({Place})."]);
            return;
        }

        var settings = new DriverSettings(_settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        var (entry, mistakes) = StoreSection.Read(Id, type, settings);
        plan.Add(entry with { Recipe = entry.Recipe with { Mistakes = [.. entry.Recipe.Mistakes.Select(Located).OfType<string>()] } });
        plan.Mistakes.AddRange(mistakes.Select(Located).OfType<string>().Select(mistake => StorePlan.Sentence(Id, mistake)));
    }

    /// <summary>The id: settings may be secrets.</summary>
    public override string ToString() => Id;

    [GeneratedRegex("'(?<name>[A-Za-z0-9:]+)'")]
    private static partial Regex Quoted();
}
