using System.CommandLine;
using GlanceStore.Drivers;

namespace GlanceStore.Cli.Commands;

/// <summary><c>sweep</c>: removes what killed uploads have left in the stores.</summary>
internal static class SweepCommand
{
    private static readonly Option<string> OlderThan = new("--older-than")
    {
        Description = "Leave alone what was touched within this time, such as 90s, 15m, 12h or 1d: it may be an upload under way.",
        HelpName = "AGE",
        DefaultValueFactory = _ => "1d",
    };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only tell what would be removed." };

    public static Command Create()
    {
        var command = new Command("sweep", "Removes what killed uploads have left behind, in every store that can tell.")
        {
            OlderThan, DryRun,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var before = TimeProvider.System.GetUtcNow() - Texts.Age(arguments.GetRequiredValue(OlderThan));
        var mode = arguments.GetValue(DryRun) ? SweepMode.DryRun : SweepMode.Remove;
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        await new Sweep(before, mode, Console.Out).RunAsync(stores.All.Concat(stores.Reserved), cancellationToken);
        return (int)ExitCode.Done;
    }
}
