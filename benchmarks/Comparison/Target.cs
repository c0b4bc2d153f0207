using System.Globalization;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>A figure to reach.</summary>
internal sealed record Target
{
    private readonly Func<ScenarioResult, double> _measure;
    private readonly double _bound;
    private readonly bool _isCeiling;
    private readonly string _unit;

    private Target(string what, string bound, Func<ScenarioResult, double> measure, double limit, bool isCeiling, string unit = "")
    {
        (What, Bound) = (what, bound);
        (_measure, _bound, _isCeiling, _unit) = (measure, limit, isCeiling, unit);
    }

    public string What { get; }

    public string Bound { get; }

    /// <summary>Whose figures it is about.</summary>
    public required IReadOnlyList<string> Contestants { get; init; }

    /// <summary>Our rate is at least a multiple of another's.</summary>
    public static Target Rate(string ours, string other, double atLeast) => new(
        $"rate of {ours} over {other}", Text($"≥ {atLeast:0.0#}"), result => result[other].WallSeconds / result[ours].WallSeconds, atLeast, false)
    {
        Contestants = [ours, other],
    };

    /// <summary>Our rate is at least a multiple of that of whoever of two others takes longer.</summary>
    public static Target RateOverSlower(string ours, string one, string other, double atLeast) => new(
        $"rate of {ours} over the slower of {one} and {other}", Text($"≥ {atLeast:0.0#}"),
        result => Math.Max(result[one].WallSeconds, result[other].WallSeconds) / result[ours].WallSeconds, atLeast, false)
    {
        Contestants = [ours, one, other],
    };

    /// <summary>Our time is at most a part of another's.</summary>
    public static Target Wall(string ours, string other, double atMost) => new(
        $"wall time of {ours} over {other}", Text($"≤ {atMost:0.0#}"), result => result[ours].WallSeconds / result[other].WallSeconds, atMost, true)
    {
        Contestants = [ours, other],
    };

    /// <summary>Our processor time is at most a multiple of another's.</summary>
    public static Target Cpu(string ours, string other, double atMost) => new(
        $"processor time of {ours} over {other}", Text($"≤ {atMost:0.0#}"), result => result[ours].CpuSeconds / result[other].CpuSeconds, atMost, true)
    {
        Contestants = [ours, other],
    };

    /// <summary>Our peak memory stays under a number of MiB.</summary>
    public static Target Peak(string ours, double underMiB) => new(
        $"peak memory of {ours}", Text($"< {underMiB:F0} MiB"), result => result[ours].PeakMiB, underMiB, true, " MiB")
    {
        Contestants = [ours],
    };

    /// <summary>What one of ours counted stays under a number in every run.</summary>
    public static Target Count(string ours, string what, double under, string unit) => new(
        $"{what} of {ours}", Text($"< {under:F0} {unit}"), result => result.MostCounted(ours), under, true, " " + unit)
    {
        Contestants = [ours],
    };

    /// <summary>What ours counted is at most a part of what another did.</summary>
    public static Target CountOver(string ours, string other, string what, double atMost) => new(
        $"{what} of {ours} over {other}", Text($"≤ {atMost:0.0#}"), result => result.Counted(ours) / result.Counted(other), atMost, true)
    {
        Contestants = [ours, other],
    };

    public (string Measured, string Verdict) Judge(ScenarioResult result)
    {
        var value = _measure(result);
        var reached = _isCeiling ? value < _bound : value >= _bound;
        var missing = Math.Abs(value - _bound) / _bound;
        return (_unit.Length > 0 ? Text($"{value:F0}{_unit}") : value < 0.1 ? Text($"{value:F4}") : Text($"{value:F2}"), reached ? "pass" : Text($"short by {missing:P0}"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
