namespace GlanceStore.Benchmarks.Comparison;

/// <summary>Runs scenarios: in every round each contestant once, so that whatever the machine does meanwhile, it does to all.</summary>
internal sealed class Tournament(Workplace workplace, int rounds)
{
    public async Task<ScenarioResult> RunAsync(Scenario scenario)
    {
        Console.WriteLine(scenario.Title);
        await workplace.MakeImageAsync("image.raw", scenario.ImageBytes);
        await workplace.ShellAsync(scenario.Setup);
        var result = new ScenarioResult(scenario);
        for (var round = 0; round < (scenario.Rounds ?? rounds); round++)
        {
            foreach (var contestant in round % 2 == 0 ? scenario.Contestants : scenario.Contestants.Reverse())
            {
                result.Add(contestant, await RunOnceAsync(scenario, contestant));
            }
        }

        return result;
    }

    // What an earlier run has not yet written to the disk must not be paid for by the next one's fsync.
    private async Task<ProcessTimes> RunOnceAsync(Scenario scenario, Contestant contestant)
    {
        await workplace.ShellAsync($"{{ {scenario.Before}; }} && sync");
        var run = await ProcessTimes.MeasureAsync(contestant.Command, workplace);
        Console.WriteLine($"  {contestant.Name,-40} {run.WallSeconds,8:F2} s {run.CpuSeconds,8:F2} s CPU {run.PeakMiB,8:F0} MiB");
        return run;
    }
}
