using System.Globalization;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>Images on a host of guests, out of S3: served while they arrive, shared by guests, made raw; by the command line and the compute agent.</summary>
internal static class AgentScenarios
{
    private const string Config = "--config agent.json";
    private const string Serve = "glance-store serve, receipt: every chunk verified";
    private const string Agent = "compute agent";
    private const string WholeFirst = "aws s3 cp of the whole, then read";
    private const string Nbdkit = "nbdkit curl, unverified";
    private const string NbdkitFile = "nbdkit file";
    private const string Ensure = "glance-store cache ensure --format raw";
    private const string AsNova = "aws s3 cp, sha512sum, qemu-img convert -t none, as Nova does";
    private const string Unflushed = "aws s3 cp, sha512sum, qemu-img convert, nothing flushed";
    private const int Guests = 10;
    private const int Exports = 32;
    private const int CountingPort = 18370;
    private const double MostFetched = 1.01;
    private const double MemoryMiB = 160;

    private const string Bucket = "s3://glancestore-benchmark";
    private const string OurDevice = "\"nbd+unix:///?socket=$PWD/nbd\"";
    private const string ReadAll = "'nbdcopy \"$1\" null:'";

    private const string NbdkitOn = "nbdkit --foreground --readonly --unix \"$PWD/nbd\" --pidfile \"$READY\"";

    private const string Whole = "The time goes from the start of the server to the end of the client; processor time is that of both.";

    public static IEnumerable<Scenario> All(Settings settings)
    {
        if (!S3Scenarios.Answers())
        {
            Console.WriteLine("The agent's scenarios are left out: start the S3 server with tests/servers/ceph/server start");
            return [];
        }

        return [FirstBytes(settings), Copy(settings), RandomReads(settings), OneImage(settings), Raw(settings), Memory(settings)];
    }

    private static Scenario FirstBytes(Settings settings) => new($"The first 1 MiB of {Size.Of(8 * settings.ImageBytes)} out of S3",
    [
        new(Serve, $"bash $BENCH/alongside.sh 'glance-store serve agent-large.json --nbd \"unix:$PWD/nbd\" {Config}' qemu-io -r -f raw -c 'read 0 1M' {OurDevice}"),
        new(WholeFirst, $"{S3Scenarios.AwsCp} {Bucket}/agent-large aws.raw && head --bytes=1M aws.raw > /dev/null"),
    ])
    {
        ImageBytes = 1 << 20,
        Setup = $"""
            {StoreFiles}
            cp image.raw large.raw && truncate --size={Text(8 * settings.ImageBytes)} large.raw
            glance-store put large.raw --id agent-large --replace --receipt agent-large.json {Config} > /dev/null
            rm large.raw
            """,
        Before = "rm -f nbd aws.raw",
        Rounds = Math.Min(3, settings.Rounds),
        Targets = [Target.Wall(Serve, WholeFirst, 0.02)],
        Note = $"What follows the first MiB is zeros, which are stored and sent as any other bytes. {Whole}",
    };

    private static Scenario Copy(Settings settings) => new($"nbdcopy of {Size.Of(settings.ImageBytes)} out of S3",
    [
        new(Serve, $"bash $BENCH/alongside.sh 'glance-store serve agent-image.json --nbd \"unix:$PWD/nbd\" {Config}' nbdcopy {OurDevice} null:"),
        new(Nbdkit, $"bash $BENCH/alongside.sh '{NbdkitOn} curl http://127.0.0.1:18300/glancestore-benchmark/agent-image' nbdcopy {OurDevice} null:"),
    ])
    {
        ImageBytes = settings.ImageBytes,
        Setup = $"{StoreImage}\n{S3Scenarios.AwsPublish} agent-image",
        Before = "rm -f nbd",
        IsPlotted = true,
        Targets = [Target.Rate(Serve, Nbdkit, 1), Target.Cpu(Serve, Nbdkit, 1.2)],
        Note = "nbdkit signs nothing, and a URL that was signed for GET does not do either: it asks by HEAD for the size first, which S3 refuses. So its object is one that everybody may read. " + Whole,
    };

    private static Scenario RandomReads(Settings settings) => new($"Random reads of 4 KiB of {Size.Of(settings.ImageBytes)} that are there",
    [
        new(Agent, $"bash $BENCH/with_agent.sh now agent.json 1 'bash $BENCH/random_reads.sh \"$1\"' agent-image.json"),
        new(NbdkitFile, $"bash $BENCH/alongside.sh '{NbdkitOn} file image.raw' bash $BENCH/random_reads.sh {OurDevice}"),
    ])
    {
        ImageBytes = settings.ImageBytes,
        Setup = StoreImage,
        Before = "rm -f nbd",
        IsPlotted = true,
        Targets = [Target.Rate(Agent, NbdkitFile, 0.8)],
        Note = "By fio, 32 requests under way, every block once. The time is that of these reads alone, as fio tells it; processor time is that of all, so of the agent's also that of fetching the image and of verifying "
            + "it. Both have their file in the page cache.",
    };

    private static Scenario OneImage(Settings settings) => new($"{Guests} guests' disks of one image of {Size.Of(settings.ImageBytes)} at once",
    [
        new(Agent, $"bash $BENCH/alongside.sh 'glance-store-bench count-bytes {Text(CountingPort)} 127.0.0.1:18300' "
            + $"bash $BENCH/with_agent.sh when_used agent-counted.json {Text(Guests)} {ReadAll} agent-counted-image.json"),
    ])
    {
        ImageBytes = settings.ImageBytes,
        Repeats = Guests,
        Setup = $"""
            {StoreImage}
            sed 's/:18300/:{Text(CountingPort)}/' agent.json > agent-counted.json
            sed 's/:18300/:{Text(CountingPort)}/g' agent-image.json > agent-counted-image.json
            """,
        Counted = "fetched, MiB",
        Targets = [Target.Count(Agent, "bytes fetched", MostFetched * settings.ImageBytes / (1 << 20), "MiB")],
        Note = "An image that is not there; each guest's disk is read as a whole, all of them at the same time. A proxy counts what the S3 server sends, the heads of its answers included.",
    };

    private static Scenario Raw(Settings settings) => new($"A qcow2 of {Size.Of(settings.ImageBytes)} out of S3, verified, as raw on the host's disk",
    [
        new(Ensure, $"glance-store cache ensure agent-qcow2.json --format raw --cache \"$PWD/cache\" {Config} > /dev/null"),
        new(AsNova, $"{Staged} -t none staged.qcow2 staged.raw"),
        new(Unflushed, $"{Staged} staged.qcow2 staged.raw"),
    ])
    {
        ImageBytes = settings.ImageBytes,
        Setup = $"""
            {StoreFiles}
            qemu-img convert -f raw -O qcow2 image.raw disk.qcow2
            glance-store put disk.qcow2 --id agent-qcow2 --replace --receipt agent-qcow2.json {Config} > /dev/null
            rm disk.qcow2
            """,
        Before = "rm -rf cache staged.qcow2 staged.raw",
        IsPlotted = true,
        Targets = [Target.Wall(Ensure, AsNova, 0.5)],
        Note = "Ours compares every chunk and the SHA-512 of the whole, and flushes both files.",
    };

    private static Scenario Memory(Settings settings) => new($"{Exports} images of {Size.Of(settings.AtOnceBytes / 4)}, an export of each, read at once while they arrive",
    [
        new(Agent, $"bash $BENCH/with_agent.sh when_used agent.json 1 {ReadAll} agent-export-*.json"),
    ])
    {
        ImageBytes = settings.AtOnceBytes / 4,
        Repeats = Exports,
        Setup = $"""
            {StoreFiles}
            for n in $(seq {Text(Exports)}); do
              printf %032d $n | dd of=image.raw conv=notrunc status=none
              glance-store put image.raw --id agent-export-$n --replace --receipt agent-export-$n.json {Config} > /dev/null
            done
            """,
        Rounds = Math.Min(3, settings.Rounds),
        Targets = [Target.Peak(Agent, MemoryMiB)],
        Note = "The agent is the largest of the processes.",
    };

    private const string Staged = $"{S3Scenarios.AwsCp} {Bucket}/agent-qcow2 staged.qcow2 && sha512sum staged.qcow2 && qemu-img convert -f qcow2 -O raw";

    private const string StoreFiles = """
        set -e
        cat > agent.json <<'END'
        { "GlanceStore": { "Stores": { "s3": { "Type": "s3", "Preset": "ceph", "Endpoint": "http://127.0.0.1:18300", "Bucket": "glancestore-benchmark",
          "AccessKey": "testaccess", "SecretKey": "testsecret", "CreateBucket": "true" } } } }
        END
        """;

    private const string StoreImage = $"{StoreFiles}\n[ -e agent-image.json ] || glance-store put image.raw --id agent-image --replace --receipt agent-image.json {Config} > /dev/null";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
