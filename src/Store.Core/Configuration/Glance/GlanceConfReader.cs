namespace GlanceStore;

/// <summary>Finds the stores of a configuration, in the form of <c>enabled_backends</c> with a section a store.</summary>
internal sealed partial class GlanceConfReader(ConfText text, List<string> mistakes)
{
    public const string Section = "glance_store";

    private const string Defaults = "backend_defaults";
    private const string ReservedPrefix = "os_glance_";

    private readonly ConfInterpolation _interpolation = new(text, GlanceOptions.DefaultOf, mistakes);
    private readonly IgnoredOptions _ignored = new(text);
    private readonly List<ConfStore> _stores = [];

    public IReadOnlyList<ConfStore> Stores => _stores;

    public string? DefaultStore { get; private set; }

    public long? MaxBufferBytes { get; private set; }

    public bool IsIncomplete => text.IsIncomplete;

    public IReadOnlyList<IgnoredOption> Ignored => _ignored.InOrder;

    public void Read()
    {
        var backends = text.Find(ConfText.Defaults, "enabled_backends");
        var pairs = backends is null ? null : _interpolation.Expand(backends);
        if (backends is not null && !string.IsNullOrWhiteSpace(backends.Text))
        {
            ReadBackends(backends, pairs);
        }
        else
        {
            ReadSchemes();
        }
    }

    private void ReadBackends(ConfValue backends, string? pairs)
    {
        if (pairs is not null && ConfType.PairsOf(pairs) is null)
        {
            mistakes.Add($"The option {backends} is not a list of ID:TYPE, parted by commas.");
        }

        foreach (var (id, type) in (pairs is null ? null : ConfType.PairsOf(pairs)) ?? [])
        {
            AddBackend(id, GlanceStoreTypes.Named(type), backends);
        }

        ReadReserved();
        ReadTotals();
        DefaultStore = DefaultOf(backends);
        _ignored.AddRest(Section, "'enabled_backends' is set, so that every store has a section of its own");
        _ignored.AddRest(Defaults, "no store here has such an option");
    }

    private void AddBackend(string id, string type, ConfValue backends)
    {
        if (_stores.Exists(store => Same(store.Id, id)))
        {
            mistakes.Add($"The store '{id}' is in {backends} more than once.");
            return;
        }

        if (id.StartsWith(ReservedPrefix, StringComparison.OrdinalIgnoreCase))
        {
            mistakes.Add($"The store '{id}' is in {backends}, and ids that begin with '{ReservedPrefix}' are glance's own.");
        }

        var section = text.PlaceOf(id);
        var store = new ConfStore(id, type, section ?? backends.Place) { IsForeign = GlanceStoreTypes.IsForeign(type) };
        _stores.Add(store);
        if (store.IsForeign)
        {
            mistakes.Add($"The store '{id}' has the type '{type}' in {backends}, for which there is no driver here.");
        }
        else if (section is null && GlanceStoreTypes.NeedsSection(type) && !HasDefaults(type))
        {
            mistakes.Add($"The store '{id}' is in {backends}, and there is no section [{id}] for it.");
            store.SetWrongAll(GlanceOptions.Of(type));
        }
        else
        {
            var options = Options(store, id, Defaults);
            options.Read([.. GlanceOptions.OfEvery, .. GlanceOptions.Of(type)]);
            options.ReadOwn();
            _ignored.AddRest(id, $"it is no option of a store of the type '{type}'");
        }
    }

    // Glance keeps these two for itself, of the type file. They are stores only where they have a section: their default directories are
    // made by glance's packages, and nothing but glance writes into them.
    private void ReadReserved()
    {
        foreach (var id in new[] { "os_glance_staging_store", "os_glance_tasks_store" })
        {
            if (text.PlaceOf(id) is { } place && !_stores.Exists(store => Same(store.Id, id)))
            {
                var store = new ConfStore(id, "file", place) { IsReserved = true };
                store.Set(nameof(ImageStoreOptions.Reserved), "true", null);
                var directory = GlanceOptions.Of("file").Select(option => option.Name == "filesystem_store_datadir"
                    ? option with { Default = $"/var/lib/glance/{id}" }
                    : option);
                var options = Options(store, id, Defaults);
                options.Read([.. directory]);
                options.ReadOwn();
                _ignored.AddRest(id, "it is no option of a reserved store");
                _stores.Add(store);
            }
        }
    }

    private string? DefaultOf(ConfValue backends)
    {
        var value = _ignored.Take(text.Find(Section, "default_backend"));
        var id = value is null ? null : _interpolation.Expand(value)?.Trim();
        var known = _stores.Where(store => !store.IsReserved).ToList();
        if (known.Count == 0 || (value is not null && id is null) || known.Exists(store => Same(store.Id, id)))
        {
            return id ?? known.FirstOrDefault()?.Id;
        }

        mistakes.Add(value is null
            ? $"There is no 'default_backend' in [{Section}]: name one of those in {backends}."
            : $"The option {value} names '{id}', and {backends} has no such store.");
        return known[0].Id;
    }

    private void ReadTotals()
    {
        var value = _ignored.Take(text.Find(Section, ConfOptions.OwnPrefix + "max_buffer_bytes"));
        if (value is not null && _interpolation.Expand(value) is { } number)
        {
            MaxBufferBytes = ConfType.NumberOf(number);
            mistakes.AddRange(MaxBufferBytes is null ? [$"The option {value} is not a whole number."] : []);
        }
    }

    private ConfOptions Options(ConfStore store, params string[] places) => new(store, places, text, _interpolation, _ignored, mistakes);

    private bool HasDefaults(string type) => GlanceOptions.Of(type).Any(option => text.Find(Defaults, option.Name) is not null);

    private static bool Same(string one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
