using System.CommandLine;
using System.Text.Json;

namespace GlanceStore.Cli.Commands;

/// <summary><c>stores</c>: the stores there are.</summary>
internal static class StoresCommand
{
    private static readonly Option<bool> Json = CommandLine.Json("them");

    public static Command Create()
    {
        var command = new Command("stores", "Lists the stores, their kinds and what they can do, and on stderr the options of a glance-api.conf that are ignored.") { Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var conf = await StoreConfiguration.GlanceConfOfAsync(arguments, cancellationToken);
        await using var stores = await StoreConfiguration.OpenAsync(arguments, conf, cancellationToken);
        Console.Out.WriteLine(arguments.GetValue(Json)
            ? JsonSerializer.Serialize([.. stores.All.Select(store => ToJson(store, stores)), .. stores.Down.Select(ToJson)], CliJson.Default.StoreJsonArray)
            : string.Join(Environment.NewLine, [.. stores.All.Select(store => ToText(store, stores)), .. stores.Down.Select(ToText)]));
        foreach (var option in conf?.Ignored ?? [])
        {
            StandardStreams.Tell(option.ToString());
        }

        return (int)ExitCode.Done;
    }

    private static StoreJson ToJson(IImageStore store, ImageStores stores)
    {
        var driver = store.Info.Driver;
        return new StoreJson(
            store.Id,
            driver.Type,
            IsDefault(store, stores),
            store.Info.Description,
            store.Info.Weight,
            driver.Schemes,
            driver.Capabilities.CanWrite,
            driver.Capabilities.CanDelete,
            driver.Capabilities.CanReadRanges);
    }

    // One line a store, its parts parted by tabs, for people and for cut(1).
    private static string ToText(IImageStore store, ImageStores stores) => string.Join('\t',
        store.Id,
        store.Info.Driver.Type,
        IsDefault(store, stores) ? "default" : "-",
        store.Info.Driver.Capabilities.CanWrite ? "read-write" : "read-only",
        store.Info.Description ?? "-");

    private static StoreJson ToJson(DownStore store) => new(store.Id, store.Type, false, null, 0, [], false, false, false, store.Reason);

    private static string ToText(DownStore store) => string.Join('\t', store.Id, store.Type ?? "-", "-", "down", store.Reason);

    private static bool IsDefault(IImageStore store, ImageStores stores) => string.Equals(store.Id, stores.DefaultId, StringComparison.OrdinalIgnoreCase);
}
