using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace GlanceStore.Cli.Commands;

/// <summary><c>stat</c>: what the backend says of an image.</summary>
internal static class StatCommand
{
    private static readonly Argument<string> Image = CommandLine.Image();

    private static readonly Option<string?> Store = CommandLine.Store();

    private static readonly Option<bool> Json = CommandLine.Json("what is known");

    public static Command Create()
    {
        var command = new Command("stat", "Tells the size and the state of a stored image, without reading it.") { Image, Store, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var image = await ImageReference.ResolveAsync(arguments.GetRequiredValue(Image), stores, arguments.GetValue(Store), cancellationToken);
        var found = await image.Store.FindAsync(image.Location, cancellationToken) ?? throw image.NotFound();
        Console.Out.WriteLine(arguments.GetValue(Json) ? ToJson(found, image.Store.Id) : ToText(found, image.Store.Id));
        return (int)ExitCode.Done;
    }

    private static string ToJson(StoredObject found, string store) => JsonSerializer.Serialize(
        new StatJson(
            found.Location.Uri, store, found.Size, found.VersionTag, found.LastModified, found.Digest?.ToString(), found.Metadata),
        CliJson.Default.StatJson);

    private static string ToText(StoredObject found, string store)
    {
        var lines = new List<string>
        {
            $"location      {found.Location}",
            $"store         {store}",
            string.Create(CultureInfo.InvariantCulture, $"size          {found.Size}"),
        };
        if (found.LastModified is { } time)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"last modified {time:O}"));
        }

        if (found.Digest is { } digest)
        {
            lines.Add($"digest        {digest}");
        }

        return string.Join(Environment.NewLine, lines);
    }
}
