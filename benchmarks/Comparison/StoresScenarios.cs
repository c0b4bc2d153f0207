using GlanceStore.Benchmarks.Comparison.Contestants;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>One image into three file stores of one disk, beside three puts one after the other; and out of two, of which one dies.</summary>
internal static class StoresScenarios
{
    private const string OnePass = "glance-store, one pass into three stores";
    private const string Alone = "glance-store, one of the stores alone";
    private const string InTurn = "glance-store, three puts in turn";
    private const string Python = "python glance_store, three adds in turn";
    private const string PythonProgram = "/usr/bin/python3 $BENCH/glance_store_filesystem.py";
    private const string Dies = "glance-store, the first store dies in mid-body";
    private const string Lives = "glance-store, the first store lives";
    private const double MemoryMiB = 128;

    private const string Configuration = """
        cat > three.json <<'JSON'
        { "DefaultStore": "a", "Stores": {
          "a": { "Type": "file", "Directory": "store-a" }, "b": { "Type": "file", "Directory": "store-b" }, "c": { "Type": "file", "Directory": "store-c" } } }
        JSON
        """;

    public static IEnumerable<Scenario> All(Settings settings)
    {
        yield return new Scenario($"Put of {Size.Of(settings.ImageBytes)} into three stores",
        [
            new(OnePass, "glance-store put image.raw --id image --all-stores --config three.json"),
            new(Alone, "glance-store put image.raw --id image --config three.json"),
            new(InTurn, "for store in a b c; do glance-store put image.raw --id image --store $store --config three.json; done"),
            new(Python, $"for n in 1 2 3; do {PythonProgram} put image.raw; mv python-images python-images-$n; done"),
        ])
        {
            ImageBytes = settings.ImageBytes,
            Setup = Configuration,
            Before = "rm -rf store-a store-b store-c python-images*",
            Targets = [Target.Rate(OnePass, Alone, 0.8), Target.Rate(OnePass, Python, 2), Target.Peak(OnePass, MemoryMiB)],
            Note = "Three stores of one disk, which is the hardest case: what one pass saves is reading and hashing, and the disk is written three times all the same.",
        };
        yield return new Scenario($"Verified get of {Size.Of(settings.ImageBytes)} that two stores hold",
        [
            new(Lives, "glance-store-bench failover image.raw lives"),
            new(Dies, "glance-store-bench failover image.raw dies"),
        ])
        {
            ImageBytes = settings.ImageBytes,
            Before = "rm -rf failover-a failover-b",
            Targets = [Target.Count(Dies, "bytes fetched twice", Failover.ChunkBytes, "bytes")],
            Note = "Counted, not timed: what both stores gave, less the image. The first store gives a third of a chunk of the middle and answers nothing from then on. "
                + "Wall is that of the get alone; CPU and peak have the put before it in them.",
        };
    }
}
