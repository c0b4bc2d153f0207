namespace GlanceStore.Benchmarks.Comparison;

/// <summary>Many transfers of one process at once: what their digests cost side by side.</summary>
internal static class LanesScenarios
{
    private const int Count = 16;
    private const string AtOnce = "16 puts at once";
    private const string WithoutAvx512 = "16 puts at once, AVX-512 off";
    private const string InTurn = "16 puts in turn";
    private const string Verify = "verify --all of 16 images";
    private const string VerifyRecords = "verify --all of 16 images, what glance records of them";
    private const string Swift = "Type=swift AuthVersion=1 AuthAddress=http://127.0.0.1:18080/auth/v1.0 User=test:tester Key=testing "
        + "Container=glancestore-benchmark CreateContainer=true";

    private const string Tmpfs = "/dev/shm/glance-store-bench";
    private const double MemoryMiB = 128;

    public static IEnumerable<Scenario> All(Settings settings)
    {
        var bytes = settings.AtOnceBytes;
        yield return Puts("a store that costs nothing", "Type=null", bytes, 2.5, 1.6);
        yield return OnTmpfs(Puts("a file store on tmpfs", $"Type=file Directory={Tmpfs}", bytes, 2, 1.6));
        yield return Puts("a file store on disk", "Type=file Directory=our-images", bytes, 1.5, 1.5) with
        {
            Before = "rm -rf our-images dd.raw",
            Limit = new Contestant("dd oflag=direct of as much: the disk's own limit", $"dd if=/dev/zero of=dd.raw bs=4M count={Count * bytes >> 22} oflag=direct conv=fsync status=none"),
        };
        if (SwiftScenarios.Answers())
        {
            yield return Puts("Swift", Swift, bytes, 0.97, 0.97) with
            {
                CpuOverBefore = 0.5,
                Note = "The client's processor time is what is asked: the server's processes share the two cores.",
            };
        }

        yield return VerifyAll(bytes);
        yield return VerifyAllRecords(bytes);
    }

    // The memory it takes is given back as soon as a run is over.
    private static Scenario OnTmpfs(Scenario scenario) => scenario with
    {
        Before = $"rm -rf {Tmpfs}",
        Contestants = [.. scenario.Contestants.Select(one => one with { Command = $"trap 'rm -rf {Tmpfs} &' EXIT; {one.Command}" })],
    };

    private static Scenario Puts(string store, string settings, long bytes, double overBefore, double withoutAvx512) => new(
        $"{AtOnce} of {Size.Of(bytes)} each to {store}, MD5 and SHA-512",
        [
            new(AtOnce, $"glance-store-bench put-many {Count} {bytes} {Count} {settings}"),
            new(WithoutAvx512, $"export DOTNET_EnableAVX512=0; glance-store-bench put-many {Count} {bytes} {Count} {settings}"),
            new(InTurn, $"glance-store-bench put-many {Count} {bytes} 1 {settings}"),
        ])
    {
        ImageBytes = bytes,
        Images = Count,
        Targets = [Target.Peak(AtOnce, MemoryMiB), Target.Peak(WithoutAvx512, MemoryMiB)],
        RateOverBefore = new Dictionary<string, double> { [AtOnce] = overBefore, [WithoutAvx512] = withoutAvx512 },
    };

    // A receipt without its chunks is such a record.
    private static Scenario VerifyAllRecords(long bytes) => VerifyAll(bytes) with
    {
        Title = $"Verification of {Count} images of {Size.Of(bytes)} without chunks, MD5 and SHA-512",
        Contestants = [new(VerifyRecords, "glance-store verify --all records || glance-store verify --all receipts")],
        Setup = VerifyAll(bytes).Setup + """; rm -rf records; mkdir records; for n in receipts/*; do sed '/"chunks": \[/,/^  \],\{0,1\}$/d' $n > records/${n##*/}; done""",
        Targets = [Target.Peak(VerifyRecords, MemoryMiB)],
        RateOverBefore = new Dictionary<string, double> { [VerifyRecords] = 2.5 },
        Note = "The build before takes no record without chunks: it refuses all sixteen, and verifies the images by their receipts.",
    };

    private static Scenario VerifyAll(long bytes) => new($"Verification of {Count} images of {Size.Of(bytes)}, every chunk, MD5 and SHA-512",
    [
        new(Verify, "glance-store verify --all receipts"),
    ])
    {
        ImageBytes = bytes,
        Images = Count,
        Setup = $"rm -rf glance-store receipts; mkdir receipts; for n in $(seq {Count}); do glance-store put image.raw --id image-$n --receipt receipts/$n.json > /dev/null; done",
        Targets = [Target.Peak(Verify, MemoryMiB)],
        RateOverBefore = new Dictionary<string, double> { [Verify] = 2.5 },
    };
}
