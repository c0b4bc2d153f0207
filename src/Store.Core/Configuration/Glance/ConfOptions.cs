using System.Globalization;

namespace GlanceStore;

/// <summary>Turns the options of one store into our settings.</summary>
/// <param name="store">The store.</param>
/// <param name="places">The sections that its options are looked up in, one after the other: its own, and that of the defaults.</param>
/// <param name="text">The options as they are written.</param>
/// <param name="interpolation">Puts other options in place of their names.</param>
/// <param name="ignored">Told of every option that is looked at.</param>
/// <param name="mistakes">Told of what is wrong.</param>
internal sealed class ConfOptions(
    ConfStore store, string[] places, ConfText text, ConfInterpolation interpolation, IgnoredOptions ignored, List<string> mistakes)
{
    /// <summary>What the name of an option begins with that is a setting of ours.</summary>
    public const string OwnPrefix = "glancestore_";

    public void Read(IReadOnlyList<GlanceOption> options)
    {
        foreach (var option in options)
        {
            var values = Find(option);
            if (values.Count == 0)
            {
                ReadDefault(option);
            }
            else
            {
                ReadValues(option, values);
            }
        }
    }

    /// <summary>Takes our own settings from the store's section.</summary>
    public void ReadOwn()
    {
        foreach (var own in text.Of(places[0]).Where(value => value.Name.StartsWith(OwnPrefix, StringComparison.Ordinal)))
        {
            ReadOwn(own);
        }
    }

    private void ReadDefault(GlanceOption option)
    {
        if (option.IsRequired)
        {
            mistakes.Add($"The store '{store.Id}' ({store.Place}) has no '{option.Name}'.");
            store.SetWrong(option);
        }
        else if (option is { Default: { } text, KeepsOwnDefault: false } && !IsSet(option.DefaultUnless))
        {
            Set(option, text, null);
        }
    }

    private void ReadValues(GlanceOption option, IReadOnlyList<ConfValue> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            ignored.Take(values[i]);
            var expanded = interpolation.Expand(values[i]);
            if (expanded is null || !option.Type.Fits(expanded))
            {
                mistakes.AddRange(expanded is null ? [] : [$"In [{values[i].Section}], {values[i]} is not {option.Type.Expected}."]);
                store.SetWrong(option);
            }
            else if (option.Setting is null || IsSet(option.Unless))
            {
                ignored.Add(values[i], option.Setting is null ? option.Remark! : $"'{option.Unless}' is set");
            }
            else if (option.Type == ConfType.Repeated)
            {
                store.Set($"{option.Setting}:{i.ToString(CultureInfo.InvariantCulture)}", expanded, values[i]);
            }
            else if (expanded.Length > 0)
            {
                Set(option, expanded, values[i]);
            }
            else if (option.IsRequired)
            {
                ReadDefault(option);
            }
        }
    }

    private void ReadOwn(ConfValue own)
    {
        ignored.Take(own);
        if (interpolation.Expand(own) is { } expanded)
        {
            store.Set(own.Name[OwnPrefix.Length..].Replace("_", "", StringComparison.Ordinal), expanded, own);
        }
    }

    private void Set(GlanceOption option, string text, ConfValue? origin)
    {
        foreach (var (setting, value) in option.SettingsOf(text))
        {
            store.Set(setting, value, origin);
        }
    }

    // To oslo.config a number with nothing written after it is not set, and a text with nothing after it is set to nothing.
    private IReadOnlyList<ConfValue> Find(GlanceOption option)
    {
        foreach (var place in places)
        {
            var values = text.FindAll(place, option.Name);
            if (values.Count > 0 && !(option.Type.IsNumber && string.IsNullOrWhiteSpace(values[^1].Text)))
            {
                return option.Type == ConfType.Repeated ? values : [values[^1]];
            }
        }

        return [];
    }

    private bool IsSet(string? name) => name is not null && places
        .Select(place => text.Find(place, name))
        .FirstOrDefault(value => value is not null) is { Text.Length: > 0 };
}
