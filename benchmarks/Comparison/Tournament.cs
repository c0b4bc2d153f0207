namespace GlanceStore.Benchmarks.Comparison;

/// <summary>Runs scenarios: in every round each contestant once, so that whatever the machine does meanwhile, it does to all.</summary>
internal sealed class Tournament(Workplace workplace, int rounds)
{
    /// <summary>How many runs failed.</summary>
    public int Failures { get; private set; }

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
                await RunOnceAsync(result, contestant);
            }
        }

        return result;
    }

    // One that fails, because it is not installed or does not like this machine, costs the others nothing. What an earlier run has not yet
    // written to the disk must not be paid for by the next one's fsync.
    private async Task RunOnceAsync(ScenarioResult result, Contestant contestant)
    {
        try
        {
            await workplace.ShellAsync($"{{ {result.Scenario.Before}; }} && sync");
            var run = await ProcessTimes.MeasureAsync(contestant.Command, workplace);
            Console.WriteLine($"  {contestant.Name,-40} {run.WallSeconds,8:F2} s {run.CpuSeconds,8:F2} s CPU {run.PeakMiB,8:F0} MiB");
            result.Add(contestant, run);
        }
        catch (InvalidOperationException error)
        {
            Failures++;
            Console.WriteLine($"  {contestant.Name,-40} failed: {error.Message}");
        }
    }
}
