using System.CommandLine;
using System.Text.Json;

namespace GlanceStore.Cli.Commands;

/// <summary><c>delete</c>: removes an image.</summary>
internal static class DeleteCommand
{
    private static readonly Argument<string> Image = CommandLine.Image();

    private static readonly Option<string?> Store = CommandLine.Store();

    private static readonly Option<bool> Json = CommandLine.Json("the result");

    public static Command Create()
    {
        var command = new Command("delete", "Deletes a stored image.") { Image, Store, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var image = await ImageReference.ResolveOneAsync(arguments.GetRequiredValue(Image), stores, arguments.GetValue(Store), cancellationToken);
        if (!await DeleteAsync(image, cancellationToken))
        {
            throw image.NotFound();
        }

        Console.Out.WriteLine(arguments.GetValue(Json)
            ? JsonSerializer.Serialize(new DeleteJson(image.Location.Uri, image.Store.Id, true), CliJson.Default.DeleteJson)
            : $"deleted {image.Location}");
        return (int)ExitCode.Done;
    }

    // Whether the store carried out what it was asked for last, nobody knows.
    private static async Task<bool> DeleteAsync(ImageReference image, CancellationToken cancellationToken)
    {
        try
        {
            return await image.Store.DeleteAsync(image.Location, cancellationToken: cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            throw new UnfinishedException($"The image at {image.Location} may be deleted already or still be there; stat tells.", e);
        }
    }
}
