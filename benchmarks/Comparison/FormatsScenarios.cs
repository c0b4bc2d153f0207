using System.Globalization;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>What is in an image: inspected while it is put, converted out of a file and out of S3, read at random, within how much memory.</summary>
internal static class FormatsScenarios
{
    private const string Config = "--config formats.json";
    private const string Ours = "glance-store convert, MD5 and SHA-512 of the whole disk";
    private const string OurSha256 = "glance-store convert --hash sha256 --no-md5";
    private const string OurDisk = "VirtualDisk into a file, no digest";
    private const string Qemu = "qemu-img convert, no digest";
    private const string QemuDigests = "qemu-img convert, then sha512sum and md5sum at once";
    private const string Disk = "VirtualDisk";
    private const string QemuIo = "qemu-io over qemu-nbd";
    private const string Nbdsh = "nbdsh over qemu-nbd";
    private const string RawPut = "raw";
    private const string RawInspected = "raw, --inspect";
    private const string Qcow2Put = "qcow2";
    private const string Qcow2Inspected = "qcow2, --inspect";
    private const double MemoryMiB = 128;

    // Ends with its only client.
    private const string Nbd = "qemu-nbd --fork --read-only --format=qcow2 --socket=\"$PWD/nbd\"";
    private const string Socket = "\"nbd+unix:///?socket=$PWD/nbd\"";

    private const string StoreFile = """
        cat > formats.json <<'END'
        { "DefaultStore": "local", "Stores": {
          "local": { "Type": "file", "Directory": "formats-store", "ThinProvisioning": true },
          "s3": { "Type": "s3", "Preset": "ceph", "Endpoint": "http://127.0.0.1:18300", "Bucket": "glancestore-benchmark",
            "AccessKey": "testaccess", "SecretKey": "testsecret", "CreateBucket": "true" } } }
        END
        """;

    public static IEnumerable<Scenario> All(Settings settings)
    {
        if (!File.Exists("/usr/bin/qemu-img"))
        {
            Console.WriteLine("Formats are left out: the package qemu-utils makes their images");
            return [];
        }

        Scenario[] local = [Inspection(settings), Conversion(settings), RandomReads(settings), RandomReadsCompressed(settings), Memory(settings)];
        if (!S3Scenarios.Answers())
        {
            Console.WriteLine("Conversion out of S3 is left out: start its server with tests/servers/ceph/server start");
            return local;
        }

        return [.. local, OutOfS3(settings)];
    }

    private static Scenario Inspection(Settings settings) => new($"Put of {Size.Of(settings.ImageBytes)}, inspected and not",
    [
        new(RawInspected, $"glance-store put image.raw --id image --inspect {Config}"),
        new(RawPut, $"glance-store put image.raw --id image {Config}"),
        new(Qcow2Inspected, $"glance-store put image.qcow2 --id image --inspect {Config}"),
        new(Qcow2Put, $"glance-store put image.qcow2 --id image {Config}"),
    ])
    {
        ImageBytes = settings.ImageBytes,
        Setup = StoreFile + "\nqemu-img convert -f raw -O qcow2 image.raw image.qcow2",
        Before = "rm -rf formats-store",
        Rounds = settings.Rounds + 4,
        Targets = [Target.Rate(RawInspected, RawPut, 0.99), Target.Rate(Qcow2Inspected, Qcow2Put, 0.99)],
        Note = "A few more rounds than the others, because one part in a hundred is to be seen.",
    };

    private static Scenario Conversion(Settings settings) => new($"{Title(settings)} to raw on disk",
    [
        new(Ours, $"glance-store convert disk.qcow2 --to local --id image {Config}"),
        new(OurSha256, $"glance-store convert disk.qcow2 --to local --id image --hash sha256 --no-md5 {Config}"),
        new(OurDisk, "glance-store-bench disk-copy disk.qcow2 copy.raw"),
        new(Qemu, "qemu-img convert -f qcow2 -O raw disk.qcow2 copy.raw"),
        new(QemuDigests, "qemu-img convert -f qcow2 -O raw disk.qcow2 copy.raw && { sha512sum copy.raw & md5sum copy.raw; wait; }"),
    ])
    {
        ImageBytes = settings.ImageBytes,
        Setup = $"{StoreFile}\n{MakeDisk(settings)}",
        Before = "rm -rf formats-store copy.raw",
        IsPlotted = true,
        Targets =
        [
            Target.Rate(Ours, Qemu, 1), Target.Rate(OurDisk, Qemu, 1.3), Target.Rate(Ours, QemuDigests, 1), Target.Peak(Ours, MemoryMiB), Target.Peak(OurDisk, MemoryMiB),
        ],
        Note = "Files of this machine, so of its mixture of programs and texts, in four pieces of a disk that has nothing else. Rates are of the data. Digests are of all of the disk, so of "
            + "four times as many bytes. glance-store also flushes file and directory to the disk.",
    };

    private static Scenario OutOfS3(Settings settings) => new($"{Title(settings)} out of S3 into a file store as raw",
    [
        new(Ours, $"glance-store convert formats-receipt.json --to local --id image {Config}"),
        new(Staged("aws s3 cp"), $"{S3Scenarios.AwsCp} s3://glancestore-benchmark/formats staged.qcow2 && {ConvertStaged}"),
        new(Staged("rclone copyto"), $"{S3Scenarios.Rclone} copyto c:glancestore-benchmark/formats staged.qcow2 --ignore-times && {ConvertStaged}"),
    ])
    {
        ImageBytes = settings.ImageBytes,
        Setup = $"{StoreFile}\n{MakeDisk(settings)}\nglance-store put disk.qcow2 --store s3 --id formats --replace --receipt formats-receipt.json {Config} > /dev/null",
        Before = "rm -rf formats-store staged.qcow2 staged.raw",
        IsPlotted = true,
        Targets = [Target.Wall(Ours, Staged("aws s3 cp"), 0.6), Target.Wall(Ours, Staged("rclone copyto"), 0.6), Target.Peak(Ours, MemoryMiB)],
        Note = "All of them end with the raw disk in the same store, with the same digests; ours verifies every chunk that it reads.",
    };

    private static Scenario RandomReads(Settings settings) => RandomReads("a qcow2", settings, settings.ImageBytes >> 15, "plain.qcow2", "");

    private static Scenario RandomReadsCompressed(Settings settings) => RandomReads("a compressed qcow2", settings, settings.ImageBytes >> 17, "disk.qcow2", "");

    private static Scenario RandomReads(string what, Settings settings, long count, string image, string note) => new($"{count} random reads of 4 KiB of {what}",
    [
        new(Disk, $"glance-store-bench disk-read {image} offsets.txt"),
        new(QemuIo, $"{Nbd} {image} && sed 's/.*/read -q & 4k/' offsets.txt | qemu-io -r -f raw {Socket} > /dev/null"),
        new(Nbdsh, $"{Nbd} {image} && PATH=/usr/bin:\"$PATH\" nbdsh -u {Socket} -c 'for line in open(\"offsets.txt\"): h.pread(4096, int(line))'"),
    ])
    {
        ImageBytes = 4096,
        Images = (int)count,
        Setup = $"""
            {MakeDisk(settings)}
            [ -e plain.qcow2 ] || qemu-img convert -f raw -O qcow2 disk.raw plain.qcow2
            {Offsets(count, "int(rand() * 4)", settings.ImageBytes, settings.ImageBytes / 4 / 4096)} > offsets.txt
            """,
        Targets = [Target.Rate(Disk, QemuIo, 0.5), Target.Rate(Disk, Nbdsh, 0.5)],
        Note = "The same places for all, each where there is data. Whole processes, starts included.",
    };

    private static Scenario Memory(Settings settings)
    {
        const string Convert = "convert, ended after a while";
        const string Reads = "10,000 random reads";
        const string Extents = "all extents of a qcow2, a VHDX, a VDI and a VMDK";
        const string Inspect = "inspect";
        var seconds = settings.ImageBytes >= 1L << 30 ? 20 : 3;
        return new("Memory at 2 TiB of disk",
        [
            new(Inspect, "glance-store inspect huge.qcow2"),
            new(Extents, "for image in huge.*; do glance-store-bench disk-extents $image || exit 1; done"),
            new(Reads, "glance-store-bench disk-read huge.qcow2 huge-offsets.txt"),
            new(Convert, $"timeout {seconds} glance-store convert huge.qcow2 --to local --id huge {Config} || true"),
        ])
        {
            ImageBytes = 4096,
            Setup = $"""
                {StoreFile}
                rm -f huge.*
                qemu-img create -q -f qcow2 huge.qcow2 2T
                {Offsets(2000, "n++", 1L << 30, 1 << 18)} | sed 's/.*/write -q -P 7 & 4k/' | qemu-io -f qcow2 -t unsafe huge.qcow2 > /dev/null
                for format in vhdx vdi vmdk; do qemu-img create -q -f $format huge.$format 2T; done
                {Offsets(10_000, "int(rand() * 2048)", 1L << 30, 1 << 18)} > huge-offsets.txt
                """,
            Before = "rm -rf formats-store",
            Rounds = 1,
            Targets = [.. new[] { Inspect, Extents, Reads, Convert }.Select(name => Target.Peak(name, MemoryMiB))],
            Note = "A cluster is written in each of 2,000 of its 2,048 GiB, so that there is a table for every one of them. A conversion takes the hour that digests of 2 TiB take, and its memory is what it is "
                + "after seconds.",
        };
    }

    private static string Title(Settings settings) => $"qcow2 (zlib, {Size.Of(4 * settings.ImageBytes)} of disk, {Size.Of(settings.ImageBytes)} of data)";

    private static string Staged(string copy) => $"{copy}, qemu-img convert, glance-store put";

    private static string ConvertStaged => $"qemu-img convert -f qcow2 -O raw staged.qcow2 staged.raw && glance-store put staged.raw --store local --id image {Config}";

    // What the files of a system are like; a piece in each quarter of the disk.
    private static string MakeDisk(Settings settings)
    {
        var quarter = settings.ImageBytes / 4 >> 20;
        return string.Create(CultureInfo.InvariantCulture, $"""
            [ -e disk.qcow2 ] || (
              tar --create --sort=name --file=- /usr/lib /usr/share 2> /dev/null | head --bytes={settings.ImageBytes} > data
              truncate --size={4 * settings.ImageBytes} disk.raw
              for n in 0 1 2 3; do dd if=data of=disk.raw bs=1M count={quarter} skip=$((n * {quarter})) seek=$((n * {4 * quarter})) conv=notrunc status=none; done
              qemu-img convert -c -f raw -O qcow2 disk.raw disk.qcow2
            )
            """);
    }

    // Numbers of so many places, each so many bytes from the next, and a random sector of 4 KiB behind one of them.
    private static string Offsets(long count, string place, long placeBytes, long sectors) => string.Create(CultureInfo.InvariantCulture,
        $"awk 'BEGIN {{ srand(13); for (i = 0; i < {count}; i++) printf \"%.0f\\n\", {place} * {placeBytes} + int(rand() * {sectors}) * 4096 }}'");
}
