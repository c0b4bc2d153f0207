namespace GlanceStore.Benchmarks.Comparison;

/// <summary>The programs of contestants that may not be on a machine, and the Debian packages that bring them.</summary>
internal static class Programs
{
    /// <summary>What every run is measured with.</summary>
    public const string Time = "/usr/bin/time -o";

    private static readonly (string Sign, string Check, string Package)[] Known =
    [
        (Time, "test -x /usr/bin/time", "time"),
        ("/usr/bin/aws ", "test -x /usr/bin/aws", "awscli"),
        ("/usr/bin/swift ", "test -x /usr/bin/swift", "python3-swiftclient"),
        ("/usr/bin/python3 $BENCH/glance_store_", "/usr/bin/python3 -c 'import glance_store'", "python3-glance-store"),
        ("image-service glance ", "test -x /usr/bin/glance-api", "glance-api"),
        ("rclone ", "command -v rclone", "rclone"),
        ("curl ", "command -v curl", "curl"),
        ("/usr/bin/rbd ", "test -x /usr/bin/rbd", "ceph-common"),
        ("$BENCH/glance_store_rbd.py", "/usr/bin/python3 -c 'import rbd'", "python3-rbd"),
        ("$BENCH/far_away.sh", "command -v ip", "iproute2"),
        ("qemu-", "command -v qemu-img", "qemu-utils"),
        ("nbdkit ", "command -v nbdkit", "nbdkit"),
        ("nbdcopy ", "command -v nbdcopy", "libnbd-bin"),
        ("$BENCH/random_reads.sh", "fio --enghelp | grep -w nbd", "fio"),
        ("$BENCH/random_reads.sh", "command -v nbdcopy", "libnbd-bin"),
        ("$BENCH/with_agent.sh", "command -v curl", "curl"),
        ("nbdsh ", "command -v nbdsh", "python3-libnbd"),
        ("sftp -q", "command -v sftp", "openssh-client"),
    ];

    /// <summary>The package that brings what a command needs and this machine has not; null where nothing is missing.</summary>
    public static async Task<string?> MissingPackageAsync(Workplace workplace, string command)
    {
        foreach (var (sign, check, package) in Known)
        {
            if (command.Contains(sign, StringComparison.Ordinal) && (await workplace.ShellAsync($"{check} > /dev/null 2>&1 || echo missing")).Length > 0)
            {
                return package;
            }
        }

        return null;
    }
}
