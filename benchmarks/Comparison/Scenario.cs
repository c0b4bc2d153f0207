using System.Text.RegularExpressions;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>One way to do a job: a name for the table and a shell command, run in the workplace.</summary>
internal sealed record Contestant(string Name, string Command);

/// <summary>One job that several contestants do in turn.</summary>
internal sealed record Scenario(string Title, IReadOnlyList<Contestant> Contestants)
{
    private const string BuiltBefore = ", the build before";

    /// <summary>The image every run moves, named <c>image.raw</c>; in bytes.</summary>
    public required long ImageBytes { get; init; }

    /// <summary>How many images a run stores; with more than one, the table tells the cost of each instead of a rate.</summary>
    public int Images { get; init; } = 1;

    /// <summary>How many times in a row a run stores <c>image.raw</c> as one image.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>Run once before all, not measured.</summary>
    public string Setup { get; init; } = ":";

    /// <summary>Run before each run, not measured.</summary>
    public string Before { get; init; } = ":";

    /// <summary>What must hold of the medians.</summary>
    public IReadOnlyList<Target> Targets { get; init; } = [];

    /// <summary>How often each contestant runs, where that is not the run's number of rounds.</summary>
    public int? Rounds { get; init; }

    /// <summary>What the table tells the cost of, where there are many.</summary>
    public string Each { get; init; } = "an image";

    /// <summary>What its contestants count, where the table shows it.</summary>
    public string? Counted { get; init; }

    /// <summary>Whether the plot shows its rates.</summary>
    public bool IsPlotted { get; init; }

    /// <summary>What a reader has to know to read the figures.</summary>
    public string Note { get; init; } = "";

    /// <summary>What rate of the build before is asked of each, where it is not what no change may cost; by names.</summary>
    public IReadOnlyDictionary<string, double> RateOverBefore { get; init; } = new Dictionary<string, double>();

    /// <summary>What part of the build before's processor time is asked at most; null where none is.</summary>
    public double? CpuOverBefore { get; init; }

    /// <summary>What the machine itself allows: it runs beside the build before as well.</summary>
    public Contestant? Limit { get; init; }

    /// <summary>The same job by the command line alone: as it is built now, and as it lies in a folder.</summary>
    public Scenario AgainstTheBuildIn(string folder)
    {
        Contestant[] ours = [.. Contestants.Where(one => Regex.IsMatch(one.Command, @"(^|[\s(])(glance-store|glance-store-bench put-many)\s"))];
        var before = ours.Select(one => new Contestant(one.Name + BuiltBefore, $"export PATH=\"{folder}:$PATH\"\n{one.Command}"));
        return this with
        {
            Contestants = [.. ours, .. before, .. Limit is null ? [] : new[] { Limit }],
            Targets =
            [
                .. ours.Select(one => Target.Rate(one.Name, one.Name + BuiltBefore, RateOverBefore.GetValueOrDefault(one.Name, 0.97))),
                .. CpuOverBefore is { } most ? ours.Select(one => Target.Cpu(one.Name, one.Name + BuiltBefore, most)) : [],
                .. ours.Select(one => Target.Peak(one.Name, 128)),
            ],
        };
    }
}
