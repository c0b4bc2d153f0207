namespace GlanceStore.Benchmarks.Comparison;

/// <summary>All runs of a scenario.</summary>
internal sealed class ScenarioResult(Scenario scenario)
{
    private readonly Dictionary<string, List<ProcessTimes>> _runs = scenario.Contestants.ToDictionary(one => one.Name, _ => new List<ProcessTimes>());

    public Scenario Scenario { get; } = scenario;

    /// <summary>The medians of a contestant.</summary>
    public ProcessTimes this[string contestant] => new(
        Median(contestant, run => run.WallSeconds), Median(contestant, run => run.CpuSeconds), Median(contestant, run => run.PeakMiB));

    /// <summary>The most that a contestant counted in a run.</summary>
    public double MostCounted(string contestant) => _runs[contestant].Max(run => run.Count ?? double.NaN);

    /// <summary>The median of what a contestant counted.</summary>
    public double Counted(string contestant) => Median(contestant, run => run.Count ?? double.NaN);

    /// <summary>Whether a contestant ran at all.</summary>
    public bool Has(string contestant) => _runs[contestant].Count > 0;

    public void Add(Contestant contestant, ProcessTimes run) => _runs[contestant.Name].Add(run);

    public (double Least, double Most) WallRange(string contestant) =>
        (_runs[contestant].Min(run => run.WallSeconds), _runs[contestant].Max(run => run.WallSeconds));

    public double MiBPerSecond(string contestant) =>
        (double)Scenario.ImageBytes * Scenario.Images * Scenario.Repeats / (1 << 20) / this[contestant].WallSeconds;

    private double Median(string contestant, Func<ProcessTimes, double> figure)
    {
        var sorted = _runs[contestant].Select(figure).Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
