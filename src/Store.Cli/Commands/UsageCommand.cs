using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace GlanceStore.Cli.Commands;

/// <summary><c>usage</c>: how much the stores hold.</summary>
internal static class UsageCommand
{
    private static readonly Option<string?> Store = CommandLine.Listed();

    private static readonly Option<bool> Json = CommandLine.Json("the stores");

    public static Command Create()
    {
        var command = new Command("usage", "Counts the images of the stores and their bytes, and what uploads under way or killed ones take beside them.") { Store, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var contents = StoreContents.Of(stores, arguments.GetValue(Store));
        var usages = new Dictionary<string, UsageJson>(StringComparer.OrdinalIgnoreCase);
        await contents.ReadAsync("", (store, page) =>
        {
            var sum = usages.GetValueOrDefault(store.Id) ?? new UsageJson(store.Id, 0, 0, 0, 0);
            usages[store.Id] = sum with
            {
                Images = sum.Images + page.Images.Count,
                Bytes = sum.Bytes + page.Images.Sum(image => image.Stored.Size),
                Unfinished = sum.Unfinished + page.Unfinished.Count,
                UnfinishedBytes = sum.UnfinishedBytes + page.Unfinished.Sum(part => part.SizeBytes ?? 0),
            };
        }, cancellationToken);
        Console.Out.WriteLine(arguments.GetValue(Json)
            ? JsonSerializer.Serialize([.. usages.Values], CliJson.Default.UsageJsonArray)
            : string.Join(Environment.NewLine, usages.Values.Select(ToText)));
        contents.RequireAll();
        return (int)ExitCode.Done;
    }

    private static string ToText(UsageJson usage) => string.Create(CultureInfo.InvariantCulture,
        $"{usage.Store}: {usage.Images} images of {usage.Bytes} bytes, {usage.Unfinished} unfinished of {usage.UnfinishedBytes} bytes");
}
