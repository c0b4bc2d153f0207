using System.Diagnostics;
using System.Globalization;

namespace GlanceStore.Benchmarks.Comparison.Contestants;

/// <summary>An image service that <c>eng/bench</c> has started: where it answers, and what all its processes together take.</summary>
internal sealed class ImageServiceProcesses
{
    // sysconf(_SC_CLK_TCK) of every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    private readonly string _session;

    private ImageServiceProcesses(Uri address, string session) => (Address, _session) = (address, session);

    public Uri Address { get; }

    /// <summary><c>ours</c> or <c>glance</c>.</summary>
    public static ImageServiceProcesses Of(string name)
    {
        var (service, port) = name == "glance" ? ("glance", 18292) : ("image-service", 18293);
        var folder = Environment.GetEnvironmentVariable("IMAGE_SERVICES") ?? throw new InvalidOperationException("IMAGE_SERVICES names no folder: eng/bench starts the services.");
        var leader = File.ReadAllText(Path.Combine(folder, service, "run", $"{service}.pid")).Split(' ')[0];
        return new ImageServiceProcesses(new Uri($"http://127.0.0.1:{port}"), leader);
    }

    /// <summary>Does a job, and reports how long it took and what it cost the service.</summary>
    public async Task MeasureAsync(Func<Task> job)
    {
        foreach (var process in Processes())
        {
            // Its peak is counted from here on (proc(5), clear_refs).
            await File.WriteAllTextAsync($"/proc/{process}/clear_refs", "5");
        }

        var (cpu, watch) = (CpuSeconds(), Stopwatch.StartNew());
        await job();
        ProcessTimes.ReportWall(watch.Elapsed);
        ProcessTimes.ReportServer(CpuSeconds() - cpu, Processes().Sum(PeakMiB));
    }

    private double CpuSeconds() => Processes().Sum(process => FieldsOf(process) is { } fields ? Number(fields[11]) + Number(fields[12]) : 0) / TicksPerSecond;

    private IEnumerable<string> Processes() => Directory.EnumerateDirectories("/proc").Select(folder => Path.GetFileName(folder))
        .Where(process => char.IsAsciiDigit(process[0]) && FieldsOf(process)?[3] == _session);

    // Behind the name of the program, which may have blanks in it, the state comes first; null where the process has ended.
    private static string[]? FieldsOf(string process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static double PeakMiB(string process) => File.ReadLines($"/proc/{process}/status")
        .Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Sum(line => Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
