using System.CommandLine;
using System.Text.Json;

namespace GlanceStore.Cli.Commands;

/// <summary><c>cache list</c>: what is on this host.</summary>
internal static class CacheListCommand
{
    private static readonly Option<bool> Json = CommandLine.Json("each entry, an object a line");

    public static Command Create()
    {
        var command = new Command("list", "Lists the entries: digest, format, bytes, bytes on the disk, whole or not, in use or not, last use, with tabs between them.") { Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken) => CacheCommand.RunAsync(arguments, async (cache, _) =>
    {
        foreach (var entry in await cache.ListAsync(cancellationToken))
        {
            Console.Out.WriteLine(arguments.GetValue(Json) ? JsonSerializer.Serialize(CacheCommand.ToJson(entry), CacheJson.Default.CachedJson) : CacheCommand.ToText(entry));
        }

        return ExitCode.Done;
    }, cancellationToken);
}
