using GlanceStore.Drivers;
using Microsoft.Extensions.Configuration;

namespace GlanceStore;

/// <summary>What the stores of a process are made from: the drivers it knows, the stores added by code and by a configuration.</summary>
/// <remarks>
/// Nothing is checked before <see cref="Build"/> (or the start of the host, with <c>AddGlanceStore</c>), which then tells of every mistake
/// at once. A configuration's value stands before the one that code set.
/// </remarks>
public sealed class GlanceStoreBuilder : IGlanceStoreBuilder
{
    private readonly Dictionary<string, StoreType> _types = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Id, DriverRecipe Recipe)> _stores = [];
    private readonly List<(string Id, Func<ImageStoreOptions, ImageStoreOptions> Change)> _changes = [];
    private readonly List<IConfiguration> _sections = [];
    private readonly List<GlanceConf> _confs = [];

    /// <summary>The id of the default store; null by default, which will do where there is only one store.</summary>
    public string? DefaultStore { get; set; }

    /// <summary>
    /// The most bytes of image content that all transfers of the process hold in memory together, at least 64 KiB; 48 MiB by default.
    /// </summary>
    public long MaxBufferBytes { get; set; } = TransferBudget.DefaultBytes;

    /// <inheritdoc/>
    public IGlanceStoreBuilder AddType(StoreType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        _types[type.Name] = type;
        return this;
    }

    /// <inheritdoc/>
    public IGlanceStoreBuilder AddStore(string id, DriverRecipe recipe)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentNullException.ThrowIfNull(recipe);
        _stores.Add((id, recipe));
        return this;
    }

    /// <summary>Changes how the front treats a store that code added; the defaults otherwise.</summary>
    /// <param name="id">The store's id.</param>
    /// <param name="change">Its options, made from those it has.</param>
    public GlanceStoreBuilder ConfigureStore(string id, Func<ImageStoreOptions, ImageStoreOptions> change)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentNullException.ThrowIfNull(change);
        _changes.Add((id, change));
        return this;
    }

    /// <summary>Adds the stores of a configuration.</summary>
    /// <param name="section">The section <c>GlanceStore</c>: <c>DefaultStore</c>, <c>MaxBufferBytes</c>, <c>Stores:ID:Type</c> and so on.</param>
    public GlanceStoreBuilder AddConfiguration(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        _sections.Add(section);
        return this;
    }

    /// <summary>Adds the stores of an operator's <c>glance-api.conf</c>.</summary>
    /// <param name="file">The file, as OpenStack's services read it.</param>
    public GlanceStoreBuilder AddGlanceConf(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        return AddGlanceConf(GlanceConf.Read([file]));
    }

    /// <summary>Adds the stores of an operator's <c>glance-api.conf</c>.</summary>
    /// <param name="conf">What was read: it tells of the options that change nothing here.</param>
    public GlanceStoreBuilder AddGlanceConf(GlanceConf conf)
    {
        ArgumentNullException.ThrowIfNull(conf);
        _confs.Add(conf);
        return this;
    }

    /// <summary>Makes the stores, without a container.</summary>
    /// <param name="services">What drivers that need services take them from; null for none.</param>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: the message lists every mistake.</exception>
    public ImageStores Build(IServiceProvider? services = null)
    {
        var plan = new StorePlan();
        Fill(plan);
        var fault = plan.Fault();
        return fault is null ? plan.Build(services ?? NoServices.Instance, new TransferBudget(plan.MaxBufferBytes)) : throw fault;
    }

    /// <summary>The ids of all stores, known before anything is checked: what a container can register by id.</summary>
    internal IEnumerable<string> Ids => _stores.Select(store => store.Id)
        .Concat(_sections.SelectMany(StoreSection.Ids))
        .Concat(_confs.SelectMany(conf => conf.Ids))
        .Distinct(StringComparer.OrdinalIgnoreCase);

    internal void Fill(StorePlan plan)
    {
        plan.DefaultStore = DefaultStore;
        plan.MaxBufferBytes = MaxBufferBytes;
        foreach (var (id, recipe) in _stores)
        {
            plan.Add(new StoreEntry(id, new ImageStoreOptions(), recipe));
        }

        foreach (var (id, change) in _changes)
        {
            plan.Change(id, change);
        }

        foreach (var section in _sections)
        {
            StoreSection.Read(section, _types, plan);
        }

        foreach (var conf in _confs)
        {
            conf.Fill(_types, plan);
        }

        plan.Check();
    }

    private sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
