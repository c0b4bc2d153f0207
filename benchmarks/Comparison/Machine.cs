using System.Globalization;
using System.Runtime.InteropServices;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    public static async Task<IReadOnlyList<(string Name, string Value)>> DescribeAsync(Workplace workplace) =>
    [
        ("date", DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        ("processor", await FirstLineAsync(workplace, "sed -n 's/^model name.*: //p' /proc/cpuinfo")),
        ("cores", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)),
        ("memory", await FirstLineAsync(workplace, "awk '/MemTotal/ { printf \"%.0f GiB\", $2 / 1048576 }' /proc/meminfo")),
        ("file system", await FirstLineAsync(workplace, "df --output=fstype . | tail -n 1")),
        ("system", $"{RuntimeInformation.OSDescription} {await FirstLineAsync(workplace, "uname -r")}"),
        (".NET", $"{RuntimeInformation.FrameworkDescription}, Release, ReadyToRun"),
        ("glance-store", await FirstLineAsync(workplace, "find -L \"$(dirname \"$(command -v glance-store)\")\" -name glance-store.dll | grep -q . && echo 'as the runtime runs it' || echo 'compiled ahead, native'")),
        ("Python", await FirstLineAsync(workplace, "/usr/bin/python3 --version")),
        ("glance_store", await FirstLineAsync(workplace, "dpkg-query --show --showformat='${Version}' python3-glance-store")),
        ("Ceph", await FirstLineAsync(workplace, "dpkg-query --show --showformat='${Version}' ceph-osd")),
        ("commit", await FirstLineAsync(workplace, "git rev-parse --short HEAD")),
    ];

    private static async Task<string> FirstLineAsync(Workplace workplace, string command) =>
        (await workplace.ShellAsync($"{command} || echo unknown")).Split('\n')[0].Trim();
}
