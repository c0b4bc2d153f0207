using System.Globalization;
using System.Text;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>Writes the page of a group.</summary>
internal static class MarkdownReport
{
    public static string Write(Group group, IReadOnlyList<(string Name, string Value)> machine, IReadOnlyList<ScenarioResult> results)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            # Benchmarks of {group.Title}

            Written by `eng/bench {group.Name}`; the commands below are what it runs. Whole processes, side by side in one run: in every round each
            contestant once, in an order that turns round, files in the page cache, the disk idle (`sync`) before each. Medians, and ratios
            of medians. *CPU* is user and system time of everything a command starts, *peak* the resident memory of its largest process.

            ![Rates]({group.Name}.svg)


            """);
        AppendTargets(page, results);
        foreach (var result in results)
        {
            AppendScenario(page, result);
        }

        page.Append("## Measured on\n\n| | |\n|---|---|\n");
        foreach (var (name, value) in machine)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {name} | {value} |\n");
        }

        return page.ToString();
    }

    private static void AppendTargets(StringBuilder page, IReadOnlyList<ScenarioResult> results)
    {
        page.Append("## Targets\n\n| scenario | figure | target | measured | |\n|---|---|---|---|---|\n");
        foreach (var result in results)
        {
            foreach (var target in result.Scenario.Targets.Where(target => target.Contestants.All(result.Has)))
            {
                var (measured, verdict) = target.Judge(result);
                page.Append(CultureInfo.InvariantCulture,
                    $"| {result.Scenario.Title} | {target.What} | {target.Bound} | {measured} | {verdict} |\n");
            }
        }

        page.Append('\n');
    }

    private static void AppendScenario(StringBuilder page, ScenarioResult result)
    {
        var scenario = result.Scenario;
        var each = scenario.Images > 1;
        page.Append(CultureInfo.InvariantCulture, $"## {scenario.Title}\n\n");
        var counted = scenario.Counted is { } what ? $" {what} |" : "";
        page.Append(CultureInfo.InvariantCulture, $"| | wall, s (least – most) | {(each ? $"ms {scenario.Each}" : "MiB/s")} | CPU, s | peak, MiB | wall, ratio |{counted}\n");
        page.Append(counted.Length > 0 ? "|---|--:|--:|--:|--:|--:|--:|\n" : "|---|--:|--:|--:|--:|--:|\n");
        foreach (var (name, _) in scenario.Contestants)
        {
            page.Append(Row(result, name, each));
        }

        page.Append("\n```sh\n");
        foreach (var command in new[] { scenario.Setup, scenario.Before }.Where(command => command != ":"))
        {
            page.Append(CultureInfo.InvariantCulture, $"# not measured:\n{command}\n");
        }

        page.AppendJoin("", scenario.Contestants.Select(one => $"# {one.Name}:\n{one.Command}\n"));
        page.Append("```\n\n");
        page.Append(scenario.Note.Length > 0 ? scenario.Note + "\n\n" : "");
    }

    private static string Row(ScenarioResult result, string name, bool each)
    {
        if (!result.Has(name))
        {
            return $"| {name} | did not run | | | | |{(result.Scenario.Counted is null ? "" : " |")}\n";
        }

        var median = result[name];
        var (least, most) = result.WallRange(name);
        var pace = each ? median.WallSeconds * 1000 / result.Scenario.Images : result.MiBPerSecond(name);
        var ratio = median.WallSeconds / result[result.Scenario.Contestants.First(one => result.Has(one.Name)).Name].WallSeconds;
        var counted = result.Scenario.Counted is null ? "" : string.Create(CultureInfo.InvariantCulture, $" {result.Counted(name):F1} |");
        return string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {median.WallSeconds:F2} ({least:F2} – {most:F2}) | {pace:G4} | {median.CpuSeconds:F2} | {median.PeakMiB:F0} | {ratio:F2} |{counted}\n");
    }
}
