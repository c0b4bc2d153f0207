namespace GlanceStore.Benchmarks.Comparison;

/// <summary>The RBD store beside Python's and Ceph's own tool, against two clusters that <c>eng/bench</c> has started: one in memory, one in a file.</summary>
internal static class RbdScenarios
{
    private const string Ours = "glance-store";
    private const string Piped = "glance-store, from a pipe of unknown length";
    private const string Verified = "glance-store, receipt: every chunk verified";
    private const string Unverified = "glance-store, bare location: unverified";
    private const string Python = "python glance_store";
    private const string PythonPiped = "python glance_store, unknown length";
    private const string Import = "rbd import, which records no digest and makes no snapshot";
    private const string Export = "rbd export";
    private const string Digests = "MD5 and SHA-512 alone";
    private const double MemoryMiB = 160;
    private const int DelayMilliseconds = 5;
    private const long FarBytes = 256 << 20;
    private const int MostSmall = 50;

    private static readonly RbdCluster Memory = new("memory", "RBD_MEMORY");
    private static readonly RbdCluster Disk = new("file", "RBD_FILE");

    public static IEnumerable<Scenario> All(Settings settings)
    {
        if (!Memory.IsThere || !Disk.IsThere)
        {
            Console.WriteLine("RBD is left out: eng/bench starts the clusters that it needs");
            return [];
        }

        return
        [
            Put(settings, Memory), Put(settings, Disk), PutBesideImport(settings), Get(settings, Memory), Get(settings, Disk),
            .. Far(Math.Min(FarBytes, settings.ImageBytes)), GetHoles(settings), Small(Math.Min(MostSmall, settings.SmallImages)),
            Libraries(), UnknownLength(settings), AtOnce(settings.AtOnceBytes),
        ];
    }

    private static Scenario Put(Settings settings, RbdCluster cluster) => new(
        $"RBD put of {Size.Of(settings.ImageBytes)} into a cluster in {ArticleOf(cluster)}, MD5 and SHA-512",
        [
            new(Ours, $"glance-store put image.raw --id ours {cluster.Config} > /dev/null"),
            new(Piped, $"cat image.raw | glance-store put - --id piped {cluster.Config} > /dev/null"),
            new(Python, $"{cluster.Python} put image.raw python"),
            new(PythonPiped, $"cat image.raw | {cluster.Python} put-pipe python-piped"),
        ])
    {
        ImageBytes = settings.ImageBytes,
        Setup = $"{cluster.Setup}\n{cluster.PatientMonitors}",
        Before = cluster.Clean("none"),
        IsPlotted = true,
        Targets =
        [
            Target.Rate(Ours, Python, 1.5), Target.Cpu(Ours, Python, 0.7), Target.Rate(Piped, PythonPiped, 2),
            Target.Peak(Ours, MemoryMiB), Target.Peak(Piped, MemoryMiB),
        ],
        Note = "The cluster works on the same two cores. Whoever makes a snapshot waits up to a second for the monitors, by chance.",
    };

    private static Scenario PutBesideImport(Settings settings) => new(
        $"RBD put of {Size.Of(settings.ImageBytes)} into a cluster in memory, the snapshot's wait for the monitors apart",
        [
            new(Ours, $"glance-store put image.raw --id ours {Memory.Config} > /dev/null"),
            new(Import, $"{Memory.Rbd} import --no-progress image.raw import"),
            new(Digests, $"glance-store-bench digests {settings.ImageBytes}"),
        ])
    {
        ImageBytes = settings.ImageBytes,
        Setup = $"{Memory.Setup}\n{Memory.HastyMonitors}",
        Before = Memory.Clean("none"),
        IsPlotted = true,
        Targets = [Target.RateOverSlower(Ours, Digests, Import, 0.75)],
        Note = "The monitors of this cluster make every change at once, so that nobody waits for them by chance.",
    };

    private static Scenario Get(Settings settings, RbdCluster cluster)
    {
        Target[] targets = [Target.Rate(Verified, Export, 0.9), Target.Peak(Verified, MemoryMiB)];
        return new($"RBD get of {Size.Of(settings.ImageBytes)} from a cluster in {ArticleOf(cluster)}, thrown away",
        [
            new(Verified, $"glance-store get rbd-receipt.json -o - {cluster.Config} > /dev/null"),
            new(Unverified, $"glance-store get rbd://read -o - {cluster.Config} > /dev/null"),
            new(Python, $"{cluster.Python} get read"),
            new(Export, $"{cluster.Rbd} export --no-progress read@snap - > /dev/null"),
        ])
        {
            ImageBytes = settings.ImageBytes,
            Setup = SetupToRead(cluster),
            IsPlotted = true,
            Targets = cluster == Disk ? [Target.Rate(Verified, Python, 1.6), .. targets] : targets,
            Note = "Python and `rbd export` verify nothing.",
        };
    }

    private static IEnumerable<Scenario> Far(long bytes)
    {
        const string Away = "bash $BENCH/far_away.sh in";
        var start = $"bash $BENCH/far_away.sh start {DelayMilliseconds} {string.Join(' ', Memory.Ports)}";
        var title = $"of {Size.Of(bytes)}, the cluster {DelayMilliseconds} ms away in either direction";
        yield return new Scenario($"RBD put {title}",
        [
            new(Ours, $"{Away} glance-store put image.raw --id ours {Memory.Config} > /dev/null"),
            new(Python, $"{Away} {Memory.Python} put image.raw python"),
        ])
        {
            ImageBytes = bytes,
            Setup = $"{Memory.Setup}\n{Memory.HastyMonitors}",
            Before = $"{Memory.Clean("none")} && {start}",
            Targets = [Target.Rate(Ours, Python, 4)],
            Note = "A network of its own, in which a proxy that holds every byte back listens at the addresses that the cluster tells.",
        };
        yield return new Scenario($"RBD get {title}",
        [
            new(Verified, $"{Away} glance-store get rbd-receipt.json -o - {Memory.Config} > /dev/null"),
            new(Python, $"{Away} {Memory.Python} get read"),
        ])
        {
            ImageBytes = bytes,
            Setup = SetupToRead(Memory),
            Before = start,
            Targets = [Target.Rate(Verified, Python, 4)],
        };
    }

    private static Scenario GetHoles(Settings settings) => new($"RBD get of {Size.Of(settings.ImageBytes)}, nine tenths of them holes, thrown away",
    [
        new(Verified, $"glance-store get holes-receipt.json -o - {Disk.Config} > /dev/null"),
        new(Python, $"{Disk.Python} get holes"),
        new(Export, $"{Disk.Rbd} export --no-progress holes@snap - > /dev/null"),
    ])
    {
        ImageBytes = settings.ImageBytes,
        Setup = $"""
            {Disk.Setup}
            rm -f holes.raw && truncate -s {settings.ImageBytes} holes.raw
            for block in $(seq 0 10 {(settings.ImageBytes >> 23) - 1}); do
                dd if=image.raw of=holes.raw bs=8M count=1 skip=$block seek=$block conv=notrunc status=none
            done
            glance-store put holes.raw --id holes --receipt holes-receipt.json {Disk.ThinConfig} > /dev/null
            """,
        Targets = [Target.Rate(Verified, Python, 5)],
    };

    private static Scenario Small(int count) => new($"{count} RBD puts of 4 KiB, one after the other, one process, the snapshots' wait for the monitors apart",
    [
        new(Ours, $"glance-store-bench put-many {count} 4096 1 {Memory.Settings}"),
        new(Python, $"{Memory.Python} put-many {count} 4096"),
    ])
    {
        ImageBytes = 4096,
        Images = count,
        Setup = $"{Memory.Setup}\n{Memory.HastyMonitors}",
        Before = Memory.Clean("none"),
        Targets = [Target.Rate(Ours, Python, 2)],
        Note = "The monitors of this cluster make every change at once.",
    };

    private static Scenario Libraries() => new("What librados and librbd take",
    [
        new("glance-store stores, which loads neither", $"glance-store stores {Memory.Config} > /dev/null"),
        new("glance-store stat, which connects and opens an image", $"glance-store stat rbd://read {Memory.Config} > /dev/null"),
        new("python glance_store, the same", $"{Memory.Python} size read > /dev/null"),
    ])
    {
        ImageBytes = 1 << 20,
        Setup = SetupToRead(Memory),
        Note = "The difference of the first two is Ceph's: its libraries, their threads and the map of the cluster.",
    };

    private static Scenario UnknownLength(Settings settings)
    {
        const int Times = 8;
        return new Scenario($"RBD put of {Size.Of(Times * settings.ImageBytes)} of unknown length",
        [
            new(Piped, $"for part in $(seq {Times}); do cat image.raw; done | glance-store put - --id piped {Disk.Config} > /dev/null"),
        ])
        {
            ImageBytes = settings.ImageBytes,
            Repeats = Times,
            Rounds = 1,
            Setup = Disk.Setup,
            Before = Disk.Clean("none"),
            Targets = [Target.Peak(Piped, MemoryMiB)],
        };
    }

    private static Scenario AtOnce(long bytes)
    {
        const int Count = 16;
        const string Name = "16 puts at once";
        return new($"{Name} of {Size.Of(bytes)} each into RBD, one process",
        [
            new(Name, $"glance-store-bench put-many {Count} {bytes} {Count} {Disk.Settings}"),
        ])
        {
            ImageBytes = bytes,
            Images = Count,
            Rounds = 1,
            Setup = Disk.Setup,
            Before = Disk.Clean("none"),
            Targets = [Target.Peak(Name, MemoryMiB)],
        };
    }

    private static string SetupToRead(RbdCluster cluster) =>
        $"{cluster.Setup}\nglance-store put image.raw --id read --receipt rbd-receipt.json {cluster.Config} > /dev/null";

    private static string ArticleOf(RbdCluster cluster) => cluster == Disk ? "a file (BlueStore)" : "memory";
}
