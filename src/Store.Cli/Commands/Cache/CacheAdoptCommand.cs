using System.CommandLine;
using System.Text.Json;
using GlanceStore.Cache;

namespace GlanceStore.Cli.Commands;

/// <summary><c>cache adopt</c>: what another cache has on this host.</summary>
internal static class CacheAdoptCommand
{
    private static readonly Argument<string> Folder = new("directory")
    {
        Description = "The directory of the other cache, such as /var/lib/nova/instances/_base, whose files are named by the SHA-1 of the image's id.",
        HelpName = "DIR",
    };

    private static readonly Option<string> Receipts = new("--receipts")
    {
        Description = "The folder of the images' receipts, each named ID.json by the image's id.",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<bool> Json = CommandLine.Json("each file, an object a line");

    public static Command Create()
    {
        var command = new Command("adopt", "Takes over the files of another cache that are what their receipts say. Nothing is fetched, and they stay where they are.") { Folder, Receipts, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var images = new List<KeyValuePair<ImageId, CacheSource>>();
        foreach (var file in ReceiptFolder.FilesOf(arguments.GetRequiredValue(Receipts)))
        {
            images.Add(new(Texts.Id(Path.GetFileNameWithoutExtension(file)), new CacheSource(await ImageReference.ReadAsync(file, cancellationToken))));
        }

        return await CacheCommand.RunAsync(arguments, async (cache, _) =>
        {
            await foreach (var file in cache.AdoptAsync(arguments.GetRequiredValue(Folder), images, cancellationToken))
            {
                Console.Out.WriteLine(arguments.GetValue(Json) ? ToJson(file) : ToText(file));
            }

            return ExitCode.Done;
        }, cancellationToken);
    }

    private static string ToJson(AdoptedFile file) =>
        JsonSerializer.Serialize(new AdoptedJson(file.Path, file.Id?.ToString(), file.IsAdopted, file.Reason), CacheJson.Default.AdoptedJson);

    private static string ToText(AdoptedFile file) => string.Join('\t',
        Texts.OneLine(file.Path), file.Id?.ToString() ?? "-", file.IsAdopted ? "adopted" : "left", Texts.OneLine(file.Reason));
}
