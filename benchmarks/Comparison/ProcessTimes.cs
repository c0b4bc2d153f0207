using System.Diagnostics;
using System.Globalization;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>What one run of a whole process (a shell command and all it started) took.</summary>
/// <param name="WallSeconds">From start to end, or what the process itself said (<see cref="ReportWall"/>).</param>
/// <param name="CpuSeconds">User and system time of everything it started.</param>
/// <param name="PeakMiB">The resident memory of the largest process among them, at its peak.</param>
internal sealed record ProcessTimes(double WallSeconds, double CpuSeconds, double PeakMiB)
{
    private const string WallMark = "seconds: ";

    /// <summary>Called by a contestant of ours whose preparations are not part of what is measured.</summary>
    public static void ReportWall(TimeSpan wall) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{WallMark}{wall.TotalSeconds:F4}"));

    /// <summary>Runs a command under GNU time, a process small enough not to lend its own memory to the figure.</summary>
    public static async Task<ProcessTimes> MeasureAsync(string command, Workplace workplace)
    {
        var figures = Path.Combine(workplace.Folder, "time.txt");
        var watch = Stopwatch.StartNew();
        var output = await workplace.RunAsync("/usr/bin/time", "-o", figures, "-f", "%U %S %M", "sh", "-c", command);
        var wall = watch.Elapsed.TotalSeconds;
        var numbers = (await File.ReadAllTextAsync(figures)).Split(' ').Select(Number).ToArray();
        return new ProcessTimes(ReportedWall(output) ?? wall, numbers[0] + numbers[1], numbers[2] / 1024);
    }

    private static double? ReportedWall(string output) =>
        output.Split('\n').FirstOrDefault(line => line.StartsWith(WallMark, StringComparison.Ordinal)) is { } line
            ? Number(line[WallMark.Length..])
            : null;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
