using System.CommandLine;
using System.Text.Json;
using GlanceStore.Cache;

namespace GlanceStore.Cli.Commands;

/// <summary><c>cache ensure</c>: an image whole on this host.</summary>
internal static class CacheEnsureCommand
{
    private static readonly Argument<string> Image = CommandLine.Image();

    private static readonly Option<string?> Store = CommandLine.Store();

    private static readonly Option<string?> Expect = CommandLine.Expect();

    private static readonly Option<string?> Format = new("--format")
    {
        Description = "raw, for the guest's disk in the image; the image as it is stored by default.",
        HelpName = "raw",
    };

    private static readonly Option<string?> Clone = new("--clone")
    {
        Description = "Make this new file of it too: sharing the blocks where the file system does that, else a copy.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Json = CommandLine.Json("the file");

    public static Command Create()
    {
        var command = new Command("ensure", "Fetches an image unless it is here, verifies all of it, and prints the name of its file.") { Image, Store, Expect, Format, Clone, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken) => CacheCommand.RunAsync(arguments, async (cache, stores) =>
    {
        var format = arguments.GetValue(Format);
        if (format is not (null or "raw"))
        {
            throw new UsageException($"--format {format}: the cache gives images as they are stored, or as raw.");
        }

        var image = await ImageReference.ResolveAsync(arguments.GetRequiredValue(Image), stores, arguments.GetValue(Store), cancellationToken);
        var source = await CacheCommand.SourceAsync(image, arguments.GetValue(Expect), cancellationToken);
        await using var file = await TransferBar.ShowAsync("ensure", progress => cache.EnsureAsync(source, format, progress, cancellationToken));
        if (arguments.GetValue(Clone) is { } path)
        {
            await cache.CloneAsync(file, path, cancellationToken);
        }

        Console.Out.WriteLine(arguments.GetValue(Json)
            ? JsonSerializer.Serialize(new EnsuredJson(file.Path, file.Size, file.Digest.Algorithm, file.Digest.Hex, file.Format), CacheJson.Default.EnsuredJson)
            : file.Path);
        return ExitCode.Done;
    }, cancellationToken);
}
