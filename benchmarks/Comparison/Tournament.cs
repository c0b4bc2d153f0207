namespace GlanceStore.Benchmarks.Comparison;

/// <summary>Runs scenarios: in every round each contestant once, so that whatever the machine does meanwhile, it does to all.</summary>
internal sealed class Tournament(Workplace workplace, int rounds)
{
    /// <summary>How many runs failed.</summary>
    public int Failures { get; private set; }

    /// <summary>Runs a scenario; null where it could not be prepared, or none of its contestants ran.</summary>
    public async Task<ScenarioResult?> RunAsync(Scenario scenario)
    {
        Console.WriteLine(scenario.Title);
        var result = new ScenarioResult(scenario);
        var present = await PresentAsync(scenario);
        if (present.Count == 0 || !await PrepareAsync(scenario))
        {
            return null;
        }

        for (var round = 0; round < (scenario.Rounds ?? rounds); round++)
        {
            foreach (var contestant in round % 2 == 0 ? present : present.AsEnumerable().Reverse())
            {
                await RunOnceAsync(result, contestant);
            }
        }

        return present.Any(one => result.Has(one.Name)) ? result : null;
    }

    private async Task<IReadOnlyList<Contestant>> PresentAsync(Scenario scenario)
    {
        var present = new List<Contestant>();
        foreach (var contestant in scenario.Contestants)
        {
            if (await Programs.MissingPackageAsync(workplace, contestant.Command) is { } package)
            {
                Console.WriteLine($"  {contestant.Name,-40} left out: its program is not here; the package '{package}' brings it");
            }
            else
            {
                present.Add(contestant);
            }
        }

        return present;
    }

    private async Task<bool> PrepareAsync(Scenario scenario)
    {
        try
        {
            await workplace.MakeImageAsync("image.raw", scenario.ImageBytes);
            await workplace.ShellAsync(scenario.Setup);
            return true;
        }
        catch (InvalidOperationException error)
        {
            Failures++;
            Console.WriteLine($"  could not be prepared: {error.Message}");
            return false;
        }
    }

    // One that fails, because it does not like this machine, costs the others nothing. What an earlier run has not yet
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
