namespace GlanceStore.Benchmarks.Comparison;

/// <summary>The file store beside Python's and the usual tools. Another driver adds a file like this one.</summary>
internal static class FileScenarios
{
    private const string Ours = "glance-store";
    private const string Python = "python glance_store";
    private const string Digests = "MD5 and SHA-512 alone";
    private const string PythonProgram = "/usr/bin/python3 $BENCH/glance_store_filesystem.py";
    private const string OurStore = "Type=file Directory=our-images";
    private const double MemoryMiB = 128;

    private const string Receipts = $"""
        rm -rf glance-store python-images
        glance-store put image.raw --id image --receipt receipt.json > put.txt
        sed -n 's/.*"location": "\(.*\)".*/\1/p' receipt.json > location.txt
        {PythonProgram} put image.raw
        """;

    public static IEnumerable<Scenario> All(Settings settings)
    {
        yield return Start();
        yield return Put(settings.ImageBytes);
        yield return Get(settings.ImageBytes);
        foreach (var bytes in settings.MemoryBytes)
        {
            yield return Memory(bytes);
        }

        yield return AtOnce(settings.AtOnceBytes);
        yield return ManySmall(settings.SmallImages);
    }

    private static Scenario Start() => new("Start and end of the process",
    [
        new(Ours, "glance-store stores"),
        new(Python, $"{PythonProgram} put-many 0 0"),
    ])
    {
        ImageBytes = 0,
        Note = "Nothing is stored. Every figure below contains this.",
    };

    private static Scenario Put(long bytes) => new($"Put of {Size.Of(bytes)} of random bytes, MD5 and SHA-512",
    [
        new(Ours, "glance-store put image.raw --id image"),
        new(Python, $"{PythonProgram} put image.raw"),
        new("cp, then sha512sum", "cp image.raw copy.raw && sha512sum copy.raw"),
        new("cp, then sha512sum and md5sum at once", "cp image.raw copy.raw && { sha512sum copy.raw & md5sum copy.raw; wait; }"),
        new(Digests, $"glance-store-bench digests {bytes}"),
    ])
    {
        ImageBytes = bytes,
        Before = "rm -rf glance-store python-images copy.raw",
        IsPlotted = true,
        Targets = [Target.Rate(Ours, Python, 1.8), Target.Rate(Ours, Digests, 0.9), Target.Peak(Ours, MemoryMiB)],
        Note = $"{Ours} also writes a manifest and flushes file and directory to the disk; Python and cp flush nothing. "
            + $"*{Digests}* is each on a thread of its own over bytes in memory, timed without the process's start: what two cores allow.",
    };

    private static Scenario Get(long bytes)
    {
        const string Unverified = $"{Ours}, bare location: unverified";
        const string Verified = $"{Ours}, receipt: every chunk verified";
        return new($"Get of {Size.Of(bytes)}, thrown away",
        [
            new(Verified, "glance-store get receipt.json -o - > /dev/null"),
            new(Unverified, "glance-store get \"$(cat location.txt)\" -o - > /dev/null"),
            new($"{Python}: unverified", $"{PythonProgram} get"),
            new("sha512sum", "sha512sum image.raw"),
        ])
        {
            ImageBytes = bytes,
            Setup = Receipts,
            IsPlotted = true,
            Targets = [Target.Rate(Verified, Unverified, 0.8), Target.Peak(Verified, MemoryMiB)],
        };
    }

    private static Scenario Memory(long bytes) => new($"Memory at {Size.Of(bytes)}",
    [
        new("put of a file", "glance-store put image.raw --id other"),
        new("put from a pipe, size unknown", "cat image.raw | glance-store put - --id other"),
        new("get of a receipt", "glance-store get receipt.json -o - > /dev/null"),
        new("get of a bare location", "glance-store get \"$(cat location.txt)\" -o - > /dev/null"),
        new($"{Python}: put of a file", $"rm -r python-images; {PythonProgram} put image.raw"),
    ])
    {
        ImageBytes = bytes,
        Setup = Receipts,
        Before = "find glance-store -name other -delete",
        Rounds = 1,
        Targets =
        [
            Target.Peak("put of a file", MemoryMiB), Target.Peak("put from a pipe, size unknown", MemoryMiB),
            Target.Peak("get of a receipt", MemoryMiB), Target.Peak("get of a bare location", MemoryMiB),
        ],
    };

    private static Scenario AtOnce(long bytes)
    {
        const int Count = 16;
        const string Name = "16 puts at once";
        return new($"{Name} of {Size.Of(bytes)} each, one process",
        [
            new(Name, $"glance-store-bench put-many {Count} {bytes} {Count} {OurStore}"),
            new("16 puts in turn", $"glance-store-bench put-many {Count} {bytes} 1 {OurStore}"),
        ])
        {
            ImageBytes = bytes,
            Images = Count,
            Before = "rm -rf our-images",
            Targets = [Target.Peak(Name, MemoryMiB)],
        };
    }

    private static Scenario ManySmall(int count) => new($"{count} puts of 4 KiB, one after the other, one process",
    [
        new(Ours, $"glance-store-bench put-many {count} 4096 1 {OurStore}"),
        new(Python, $"{PythonProgram} put-many {count} 4096"),
    ])
    {
        ImageBytes = 4096,
        Images = count,
        Before = "rm -rf our-images python-images",
        Rounds = 1,
        Note = "Of ours each image is on the disk, file and directory flushed, when its put returns; Python leaves that to the kernel.",
    };
}
