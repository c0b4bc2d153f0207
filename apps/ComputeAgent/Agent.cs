using GlanceStore.Cache;
using GlanceStore.ComputeAgent.Disks;
using GlanceStore.ComputeAgent.Events;
using GlanceStore.ComputeAgent.Images;
using GlanceStore.ComputeAgent.Sources;
using GlanceStore.ComputeAgent.State;
using GlanceStore.ComputeAgent.Telemetry;
using GlanceStore.Drivers.Rbd;
using GlanceStore.Nbd;

namespace GlanceStore.ComputeAgent;

/// <summary>All that the agent is made of.</summary>
internal sealed class Agent : IAsyncDisposable
{
    // It shares its host with the guests. What waits for a store takes none of it, and the longest read has memory of its own.
    private const long AnswerBytes = 12 << 20;

    private readonly CancellationTokenSource _ending = new();
    private readonly StoreCounters _counters = new();
    private readonly Precache _precache;
    private readonly CephDisks _ceph;
    private Task _holding = Task.CompletedTask;

    private Agent(IServiceProvider services, AgentOptions options, AgentPlaces places, ImageCache cache)
    {
        var loggers = services.GetRequiredService<ILoggerFactory>();
        var time = services.GetRequiredService<TimeProvider>();
        var uses = new DiskUses();
        Cache = cache;
        Events = new EventHub(options);
        Downloads = new Downloads(options.Downloads);
        Nbd = NbdServer.Start(new NbdServerOptions
        {
            EndPoint = places.Nbd,
            MaxBufferBytes = AnswerBytes,
            StopTimeout = options.StopTimeout,
            Logger = loggers.CreateLogger<NbdServer>(),
            TimeProvider = time,
        });
        Images = new AgentImages(services.GetRequiredService<SourceList>(), cache, new ImageCheck(cache, new SignatureCheck(options, cache)), Downloads,
            new RecordFolder<ImageRecord>(Path.Combine(places.Directory, "images"), loggers.CreateLogger<RecordFolder<ImageRecord>>()), uses, Events, time, loggers.CreateLogger<AgentImages>());
        var paths = new DiskPaths(places.DisksDirectory);
        _ceph = new CephDisks(options, services.GetRequiredService<ImageStores>(), time, loggers.CreateLogger<RbdDriver>());
        var making = new DiskMaking(cache, Images, Nbd, _ceph, new QemuImg(options.QemuImg, time), paths, options, time, loggers.CreateLogger<DiskMaking>());
        Disks = new AgentDisks(Images, making, paths,
            new RecordFolder<DiskRecord>(Path.Combine(places.Directory, "disk-records"), loggers.CreateLogger<RecordFolder<DiskRecord>>()), uses, Events, time, loggers.CreateLogger<AgentDisks>());
        Adoption = new Adoption(Images, cache);
        _precache = new Precache(Images, options, time, loggers.CreateLogger<Precache>());
        EventRoute = new EventRoute(Events, time, services.GetRequiredService<IHostApplicationLifetime>());
        Metrics = new MetricsRoute(this, _counters);
        Health = new HealthRoute(places, services.GetRequiredService<ImageStores>());
    }

    public ImageCache Cache { get; }

    public EventHub Events { get; }

    public Downloads Downloads { get; }

    public NbdServer Nbd { get; }

    public AgentImages Images { get; }

    public AgentDisks Disks { get; }

    public Adoption Adoption { get; }

    public EventRoute EventRoute { get; }

    public MetricsRoute Metrics { get; }

    public HealthRoute Health { get; }

    /// <summary>Puts the agent together, and takes up what an earlier process was asked for.</summary>
    public static async Task<Agent> StartAsync(IServiceProvider services, AgentOptions options, AgentPlaces places)
    {
        var settings = options.Cache.ToCache(Path.Combine(places.Directory, "cache")) with { Logger = services.GetRequiredService<ILogger<ImageCache>>() };
        var cache = await ImageCache.OpenAsync(services.GetRequiredService<ImageStores>(), settings);
        var agent = new Agent(services, options, places, cache);
        await agent.Images.RestoreAsync(CancellationToken.None);
        await agent.Disks.RestoreAsync();
        agent.Images.FetchMissing(agent.Disks.ImagesRead); // not before the images that disks read are leased: what comes makes room for itself
        agent._holding = Task.WhenAll(agent.Disks.HoldAsync(agent._ending.Token), agent._precache.RunAsync(agent._ending.Token));
        return agent;
    }

    /// <summary>What guests can read.</summary>
    public IEnumerable<ExportDocument> Exports()
    {
        var disks = Disks.All.ToDictionary(disk => disk.Id, StringComparer.Ordinal);
        return Nbd.Exports.Where(export => disks.ContainsKey(export.Name)).OrderBy(export => export.Name, StringComparer.Ordinal).Select(export =>
            new ExportDocument(export.Name, disks[export.Name].Record.Image, Disks.Describe(disks[export.Name]).Uri!, export.Size, Nbd.ConnectionsOf(export.Name)));
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _holding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Downloads.StopAsync();
        await Nbd.DisposeAsync();
        await Disks.LetGoAsync();
        await _ceph.DisposeAsync();
        await Cache.DisposeAsync();
        _counters.Dispose();
        _ending.Dispose();
    }
}
