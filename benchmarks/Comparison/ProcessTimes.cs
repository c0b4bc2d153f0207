using System.Diagnostics;
using System.Globalization;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>What one run of a whole process (a shell command and all it started) took.</summary>
/// <param name="WallSeconds">From start to end, or what the process itself said (<see cref="ReportWall"/>).</param>
/// <param name="CpuSeconds">User and system time of everything it started, or of the server that it asked (<see cref="ReportServer"/>).</param>
/// <param name="PeakMiB">The resident memory of the largest process among them, at its peak, or of that server's processes together.</param>
internal sealed record ProcessTimes(double WallSeconds, double CpuSeconds, double PeakMiB)
{
    private const string WallMark = "seconds: ";
    private const string CountMark = "count: ";
    private const string CpuMark = "cpu: ";
    private const string PeakMark = "peak: ";

    /// <summary>What the process counted (<see cref="ReportCount"/>), or null.</summary>
    public double? Count { get; init; }

    /// <summary>Called by a contestant of ours whose preparations are not part of what is measured.</summary>
    public static void ReportWall(TimeSpan wall) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{WallMark}{wall.TotalSeconds:F4}"));

    /// <summary>Called by a contestant of ours that counts something.</summary>
    public static void ReportCount(double count) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{CountMark}{count}"));

    /// <summary>Called by a contestant of ours that only asks a server, whose processor time and memory are what is measured.</summary>
    public static void ReportServer(double cpuSeconds, double peakMiB) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{CpuMark}{cpuSeconds:F2}\n{PeakMark}{peakMiB:F1}"));

    /// <summary>Runs a command under GNU time, a process small enough not to lend its own memory to the figure.</summary>
    public static async Task<ProcessTimes> MeasureAsync(string command, Workplace workplace)
    {
        var figures = Path.Combine(workplace.Folder, "time.txt");
        var watch = Stopwatch.StartNew();
        var output = await workplace.RunAsync("/usr/bin/time", "-o", figures, "-f", "%U %S %M", "sh", "-c", command);
        var wall = watch.Elapsed.TotalSeconds;
        var numbers = (await File.ReadAllTextAsync(figures)).Split(' ').Select(Number).ToArray();
        return new ProcessTimes(
            Reported(WallMark, output) ?? wall, Reported(CpuMark, output) ?? numbers[0] + numbers[1], Reported(PeakMark, output) ?? numbers[2] / 1024)
        {
            Count = Reported(CountMark, output),
        };
    }

    private static double? Reported(string mark, string output) =>
        output.Split('\n').FirstOrDefault(line => line.StartsWith(mark, StringComparison.Ordinal)) is { } line
            ? Number(line[mark.Length..])
            : null;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
