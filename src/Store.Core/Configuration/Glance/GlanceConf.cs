namespace GlanceStore;

/// <summary>The stores of an operator's <c>glance-api.conf</c>, read as OpenStack's services read it.</summary>
/// <remarks>
/// Sections, comments, continued lines, repeated options, lists, dicts and <c>$other_option</c> are those of oslo.config; later files and
/// lines come before earlier ones. Stores are those of <c>[DEFAULT] enabled_backends</c>, each with a section of its own and with
/// <c>[backend_defaults]</c> behind it, or those of <c>[glance_store] stores</c> where that is not set. Which option becomes which setting
/// is in <c>docs/moving-from-glance-store.md</c>. An option <c>glancestore_NAME</c> of a store's section is our own setting <c>NAME</c>, in any
/// case and with or without underscores; Python passes over it.
/// Reading never throws for what is in the files: mistakes are told of when the stores are built, all together.
/// </remarks>
public sealed class GlanceConf
{
    private readonly IReadOnlyList<string> _mistakes;
    private readonly ConfText _text;

    private GlanceConf(ConfText text, GlanceConfReader reader, IReadOnlyList<string> mistakes)
    {
        _text = text;
        Stores = reader.Stores;
        DefaultStore = reader.DefaultStore;
        MaxBufferBytes = reader.MaxBufferBytes;
        IsIncomplete = reader.IsIncomplete;
        Ignored = reader.Ignored;
        _mistakes = [.. mistakes.Distinct()];
    }

    /// <summary>The options that change nothing here, each with its place and the reason, in the order of their files.</summary>
    public IReadOnlyList<IgnoredOption> Ignored { get; }

    internal IReadOnlyList<ConfStore> Stores { get; }

    internal IEnumerable<string> Ids => Stores.Select(store => store.Id);

    internal string? DefaultStore { get; }

    internal long? MaxBufferBytes { get; }

    // Whether a file of it could not be read, so that what is missing may be there.
    internal bool IsIncomplete { get; }

    /// <summary>Reads files, and then folders of fragments.</summary>
    /// <param name="files">The files; a later one comes before an earlier one.</param>
    /// <param name="directories">oslo.config's <c>--config-dir</c>: folders whose <c>*.conf</c> are read in the order of their names.</param>
    public static GlanceConf Read(IEnumerable<string> files, IEnumerable<string>? directories = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        var mistakes = new List<string>();
        var text = ConfFiles.Read(files, directories ?? [], mistakes);
        var reader = new GlanceConfReader(text, mistakes);
        reader.Read();
        return new GlanceConf(text, reader, mistakes);
    }

    /// <summary>An option that is no store's, for a service that is set up by the same files.</summary>
    /// <param name="section">Its section: <c>DEFAULT</c>, <c>keystone_authtoken</c>, …</param>
    /// <param name="name">Its name.</param>
    /// <returns>The option as the last line that sets it has it, with everything put in place of <c>$other_option</c>; null where no line sets it.</returns>
    /// <exception cref="FormatException">It refers to an option that is not set, or to itself.</exception>
    public GlanceConfOption? Find(string section, string name)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(name);
        if (_text.Find(section, name) is not { } value)
        {
            return null;
        }

        var mistakes = new List<string>();
        return new ConfInterpolation(_text, GlanceOptions.DefaultOf, mistakes).Expand(value) is { } expanded
            ? new GlanceConfOption(value.Section, value.Name, expanded, value.Place.File, value.Place.Line)
            : throw new FormatException(mistakes[0]);
    }

    internal void Fill(IReadOnlyDictionary<string, Drivers.StoreType> types, StorePlan plan)
    {
        plan.Mistakes.AddRange(_mistakes);
        plan.IsIncomplete |= IsIncomplete;
        plan.DefaultStore = DefaultStore ?? plan.DefaultStore;
        plan.MaxBufferBytes = MaxBufferBytes ?? plan.MaxBufferBytes;
        foreach (var store in Stores)
        {
            store.AddTo(plan, types);
        }
    }
}
