using System.CommandLine;
using System.Text.Json;
using GlanceStore.Cli.Validation;

namespace GlanceStore.Cli.Commands;

/// <summary><c>validate</c>: runs the conformance suites against a store and says which promises hold there.</summary>
internal static class ValidateCommand
{
    private static readonly Option<string?> Store = new("--store") { Description = "The store; the default one by default.", HelpName = "STORE" };

    private static readonly Option<string?> Suites = new("--suite")
    {
        Description = "Only these suites, such as Put,Read; all by default.",
        HelpName = "SUITE[,SUITE]",
    };

    private static readonly Option<bool> Json = CommandLine.Json("every case");

    public static Command Create()
    {
        var command = new Command("validate",
            "Runs the conformance suites in a store's own backend, with small images under names of their own that are removed again, and says what "
            + "holds, what the store does not offer, and what fails.")
        {
            Store, Suites, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var suites = Chosen(arguments.GetValue(Suites));
        var asJson = arguments.GetValue(Json);
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var run = new ValidationRun(arguments.GetValue(Store) is { } name ? stores[name] : stores.Default);
        var card = new ValidationCard(asJson ? TextWriter.Null : Console.Out);
        try
        {
            await foreach (var (suite, results) in run.RunAsync(suites, cancellationToken))
            {
                card.Add(suite, results);
            }
        }
        catch (OperationCanceledException) when (run.Left.Count > 0)
        {
            throw new IOException($"cancelled, and {run.Left.Count} could not be removed: {string.Join("; ", run.Left)}");
        }

        card.Close(run);

        if (asJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(JsonOf(run, card), CliJson.Default.ValidationJson));
        }

        return (int)(card.HasFailures || run.Left.Count > 0 ? ExitCode.Failed : ExitCode.Done);
    }

    private static IReadOnlyList<ValidationSuite> Chosen(string? text)
    {
        var all = ValidationSuite.All();
        if (text is null)
        {
            return all;
        }

        return [.. Texts.Names("--suite", text).Select(name =>
            all.FirstOrDefault(suite => string.Equals(suite.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"--suite: there is no suite '{name}'; there is {string.Join(", ", all.Select(suite => suite.Name))}."))];
    }

    private static ValidationJson JsonOf(ValidationRun run, ValidationCard card) => new(
        run.Store.Id, run.Store.Info.Driver.Type, run.Prefix,
        [.. card.Results.Select(result => new ValidationCaseJson(result.Suite, result.Case, result.Outcome.ToString(), result.Reason))], [.. run.Left]);
}
