using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using GlanceStore.Drivers;

namespace GlanceStore.Cli.Commands;

/// <summary><c>list</c>: what the stores hold.</summary>
internal static class ListCommand
{
    private static readonly Option<string?> Store = CommandLine.Listed();

    private static readonly Option<string?> Prefix = new("--prefix") { Description = "Only the images whose names begin so.", HelpName = "TEXT" };

    private static readonly Option<bool> Json = CommandLine.Json("each image, an object a line");

    public static Command Create()
    {
        var command = new Command("list", "Lists the images of the stores: location, bytes and last change, with tabs between them.") { Store, Prefix, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var asJson = arguments.GetValue(Json);
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var contents = StoreContents.Of(stores, arguments.GetValue(Store));
        await contents.ReadAsync(arguments.GetValue(Prefix) ?? "", (store, page) => Print(store, page, asJson), cancellationToken);
        contents.RequireAll();
        return (int)ExitCode.Done;
    }

    private static void Print(IImageStore store, ListingPage page, bool asJson)
    {
        foreach (var image in page.Images)
        {
            Console.Out.WriteLine(asJson ? ToJson(store, image) : ToText(image));
        }
    }

    private static string ToText(ListedImage image) => string.Join('\t',
        Texts.OneLine(image.Stored.Location.ToString()),
        image.Stored.Size.ToString(CultureInfo.InvariantCulture),
        image.Stored.LastModified?.ToString("O", CultureInfo.InvariantCulture) ?? "-");

    private static string ToJson(IImageStore store, ListedImage image) => JsonSerializer.Serialize(
        new ListedJson(image.Name, image.Stored.Location.Uri, store.Id, image.Stored.Size, image.Stored.VersionTag, image.Stored.LastModified),
        CliJsonLines.Default.ListedJson);
}
