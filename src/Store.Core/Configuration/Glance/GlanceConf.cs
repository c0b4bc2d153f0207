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

    private GlanceConf(GlanceConfReader reader, IReadOnlyList<string> mistakes)
    {
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
        var reader = new GlanceConfReader(ConfFiles.Read(files, directories ?? [], mistakes), mistakes);
        reader.Read();
        return new GlanceConf(reader, mistakes);
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
