using System.Net.Sockets;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>The S3 store beside Python's and rclone, all against the Ceph that <c>tests/servers/ceph/server start</c> has started.</summary>
internal static class S3Scenarios
{
    private const string Config = "--config s3.json";
    private const string Ours = "glance-store";
    private const string Piped = "glance-store, from a pipe of unknown length";
    private const string Verified = "glance-store, receipt: every chunk verified";
    private const string Unverified = "glance-store, bare location: unverified";
    private const string Python = "python glance_store";
    private const string Place = "s3://127.0.0.1:18300/glancestore-benchmark";
    private const string RcloneCat = "rclone cat";
    private const string RcloneCopyBack = "rclone copyto";
    private const string RcloneCopy = "rclone copyto, which records no SHA-512";
    public const string Rclone = "RCLONE_CONFIG_C_TYPE=s3 RCLONE_CONFIG_C_PROVIDER=Ceph RCLONE_CONFIG_C_ENDPOINT=http://127.0.0.1:18300 "
        + "RCLONE_CONFIG_C_ACCESS_KEY_ID=testaccess RCLONE_CONFIG_C_SECRET_ACCESS_KEY=testsecret rclone";

    private const string Sdk = "AWS SDK TransferUtility, which records no digest";
    private const string Aws = "aws s3 cp, which records no digest";
    private const string AwsTool = "AWS_ACCESS_KEY_ID=testaccess AWS_SECRET_ACCESS_KEY=testsecret AWS_DEFAULT_REGION=us-east-1 "
        + "/usr/bin/aws --endpoint-url http://127.0.0.1:18300";

    public const string AwsCp = $"{AwsTool} s3 cp --only-show-errors";

    /// <summary>Lets everybody read an object, whose key follows.</summary>
    public const string AwsPublish = $"{AwsTool} s3api put-object-acl --acl public-read --bucket glancestore-benchmark --key";

    public const string StoreFile = """
        cat > s3.json <<'END'
        { "Stores": { "s3": { "Type": "s3", "Preset": "ceph", "Endpoint": "http://127.0.0.1:18300", "Bucket": "glancestore-benchmark",
          "AccessKey": "testaccess", "SecretKey": "testsecret", "CreateBucket": "true" } } }
        END
        """;

    private const string Setup = StoreFile + """

        glance-store put image.raw --id large --replace --config s3.json > /dev/null
        glance-store put image.raw --id read --replace --receipt s3-receipt.json --config s3.json > /dev/null
        """;

    public static IEnumerable<Scenario> All(Settings settings)
    {
        if (!Answers())
        {
            Console.WriteLine("S3 is left out: start its server with tests/servers/ceph/server start");
            return [];
        }

        Scenario[] usual = [Put(settings.ImageBytes), Get(settings.ImageBytes), GetFile(settings.ImageBytes)];
        return settings.IsLarge ? [LargePut(), LargeRange(), .. usual] : usual; // the large ones while the server's memory is still free
    }

    private static Scenario Put(long bytes) => new($"S3 put of {Size.Of(bytes)}, MD5 and SHA-512",
    [
        new(Ours, $"glance-store put image.raw --id ours --replace {Config} > /dev/null"),
        new(Piped, $"cat image.raw | glance-store put - --id ours --replace {Config} > /dev/null"),
        new(Python, $"/usr/bin/python3 $BENCH/glance_store_s3.py put image.raw python"),
        new(Aws, $"{AwsCp} image.raw s3://glancestore-benchmark/aws"),
        new(Sdk, "glance-store-bench s3-transfer-utility put image.raw"),
        new(RcloneCopy, $"{Rclone} copyto image.raw c:glancestore-benchmark/rclone --ignore-times"),
    ])
    {
        ImageBytes = bytes,
        Setup = Setup,
        Before = $"glance-store delete {Place}/python {Config} > /dev/null 2>&1 || true",
        IsPlotted = true,
        Targets =
        [
            Target.Rate(Ours, Python, 1), Target.Rate(Ours, Aws, 1), Target.Rate(Ours, Sdk, 1), Target.Rate(Ours, RcloneCopy, 1),
            Target.Cpu(Ours, Python, 0.6), Target.Peak(Ours, 128), Target.Peak(Piped, 128),
        ],
        Note = "The server keeps everything in memory on the same two cores: give it room for every round (GLANCESTORE_CEPH_BYTES).",
    };

    private static Scenario Get(long bytes) => new($"S3 get of {Size.Of(bytes)}, thrown away",
    [
        new(Verified, $"glance-store get s3-receipt.json -o - {Config} > /dev/null"),
        new(Unverified, $"glance-store get {Place}/read -o - {Config} > /dev/null"),
        new(Python, "/usr/bin/python3 $BENCH/glance_store_s3.py get read"),
        new(Aws, $"{AwsCp} s3://glancestore-benchmark/read - > /dev/null"),
        new(Sdk, "glance-store-bench s3-transfer-utility get read"),
        new(RcloneCat, $"{Rclone} cat c:glancestore-benchmark/read > /dev/null"),
    ])
    {
        ImageBytes = bytes,
        Setup = Setup,
        IsPlotted = true,
        Targets =
        [
            Target.Rate(Verified, Python, 1), Target.Rate(Verified, Aws, 1), Target.Rate(Verified, Sdk, 1), Target.Rate(Verified, RcloneCat, 0.9),
            Target.Cpu(Verified, Python, 0.6), Target.Peak(Verified, 128),
        ],
        CpuOverBefore = 0.65,
    };

    private static Scenario GetFile(long bytes) => new($"S3 get of {Size.Of(bytes)} into a file",
    [
        new(Verified, $"glance-store get s3-receipt.json -o ours.raw {Config}"),
        new(Aws, $"{AwsCp} s3://glancestore-benchmark/read aws.raw"),
        new(RcloneCopyBack, $"{Rclone} copyto c:glancestore-benchmark/read rclone.raw --ignore-times"),
    ])
    {
        ImageBytes = bytes,
        Setup = Setup,
        Before = "rm -f ours.raw aws.raw rclone.raw",
        IsPlotted = true,
        Targets = [Target.Rate(Verified, Aws, 1), Target.Rate(Verified, RcloneCopyBack, 1), Target.Peak(Verified, 128)],
    };

    private static Scenario LargePut() => new($"S3 put of {Size.Of(Settings.LargeBytes)} of unknown length",
    [
        new(Piped, $"cat image.raw | glance-store put - --id large --replace --receipt large.json {Config} > /dev/null"),
    ])
    {
        ImageBytes = Settings.LargeBytes,
        Setup = StoreFile,
        Rounds = 1,
        Targets = [Target.Peak(Piped, 128)],
        Note = "Python reads an image of unknown length into memory as a whole before it sends it, so it is left out.",
    };

    private static Scenario LargeRange() => new($"S3 get of 1 MiB out of {Size.Of(Settings.LargeBytes)}",
    [
        new(Verified, $"glance-store get large.json --range 5000000000-5001048575 -o - {Config} > /dev/null"),
        new(Unverified, $"glance-store get {Place}/large --range 5000000000-5001048575 -o - {Config} > /dev/null"),
    ])
    {
        ImageBytes = 1 << 20,
        Targets = [Target.Peak(Verified, 128)],
        Note = "Whole chunks are verified, so at most two are moved: S3RequestTests counts their bytes.",
    };

    public static bool Answers()
    {
        try
        {
            using var socket = new TcpClient("127.0.0.1", 18300);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
