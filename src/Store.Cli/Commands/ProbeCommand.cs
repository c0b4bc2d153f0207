using System.CommandLine;
using GlanceStore.Drivers;

namespace GlanceStore.Cli.Commands;

/// <summary><c>probe</c>: finds out what a store's backend really does.</summary>
internal static class ProbeCommand
{
    private static readonly Option<string?> Store = new("--store") { Description = "The store; the default one by default.", HelpName = "STORE" };

    public static Command Create()
    {
        var command = new Command("probe", "Asks a store's own backend, with small objects that are removed again, what it really does.") { Store };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var store = arguments.GetValue(Store) is { } name ? stores[name] : stores.Default;
        var probe = store.GetFeature<IProbe>()
            ?? throw new StoreException(StoreError.Unsupported, $"The store '{store.Id}' ({store.Info.Driver.Type}) has nothing to probe.");
        await foreach (var finding in probe.ProbeAsync(cancellationToken))
        {
            Console.Out.WriteLine($"{finding.Answer.ToString().ToUpperInvariant(),-8}{finding.Name}: {finding.Detail}");
        }

        return (int)ExitCode.Done;
    }
}
