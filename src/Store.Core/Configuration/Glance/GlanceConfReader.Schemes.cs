namespace GlanceStore;

/// <summary>Glance's older form: one store a type, with everything in one section.</summary>
internal sealed partial class GlanceConfReader
{
    private void ReadSchemes()
    {
        if (text.PlaceOf(Section) is not { } place)
        {
            // Of a file that could not be read, that is what was said already.
            if (mistakes.Count == 0)
            {
                mistakes.Add($"The configuration has no stores: neither 'enabled_backends' in [{ConfText.Defaults}] nor a section [{Section}].");
            }

            return;
        }

        var value = _ignored.Take(text.Find(Section, "stores"));
        var names = value is null ? GlanceOptions.DefaultStores : _interpolation.Expand(value);
        foreach (var type in ConfType.ListOf(names ?? "").Select(GlanceStoreTypes.Named).Distinct())
        {
            AddScheme(type, value?.Place ?? place);
        }

        ReadTotals();
        DefaultStore = DefaultScheme();
        _ignored.AddRest(Section, "no store here has such an option");
        _ignored.AddRest(Defaults, "'enabled_backends' is not set, so that all options of stores are in [glance_store]");
    }

    private void AddScheme(string type, ConfPlace place)
    {
        var store = new ConfStore(type, type, place) { IsForeign = !GlanceStoreTypes.IsKnown(type) };
        _stores.Add(store);
        if (store.IsForeign)
        {
            mistakes.Add($"The option 'stores' ({place}) has '{type}', for which there is no driver here.");
            return;
        }

        Options(store, Section).Read(GlanceOptions.Of(type));
    }

    private string? DefaultScheme()
    {
        var value = _ignored.Take(text.Find(Section, "default_store"));
        var scheme = value is null ? "file" : _interpolation.Expand(value)?.Trim();
        if (scheme is null || _stores.Count == 0)
        {
            return _stores.FirstOrDefault()?.Id;
        }

        var type = GlanceStoreTypes.OfScheme(scheme);
        if (_stores.Exists(store => store.Type == type))
        {
            return type;
        }

        mistakes.Add(value is null
            ? $"There is no 'default_store' in [{Section}], and 'file', which it is then, is not in 'stores'."
            : $"The option {value} names '{scheme}', and 'stores' has no such store.");
        return _stores[0].Id;
    }
}
