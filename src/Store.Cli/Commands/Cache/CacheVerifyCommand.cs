using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using GlanceStore.Cache;

namespace GlanceStore.Cli.Commands;

/// <summary><c>cache verify</c>: what is on this host, compared with its checksums.</summary>
internal static class CacheVerifyCommand
{
    private static readonly Option<string?> Rate = new("--rate")
    {
        Description = "The most to read a second, such as 800KiB, 50MiB or 1GiB; as fast as it goes by default.",
        HelpName = "BYTES",
    };

    private static readonly Option<bool> Json = CommandLine.Json("each entry, an object a line");

    public static Command Create()
    {
        var command = new Command("verify", "Reads all that is here and compares it. What is damaged is forgotten, and fetched again by the next use.") { Rate, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var rate = arguments.GetValue(Rate) is { } text ? Texts.Rate(text) : (long?)null;
        return CacheCommand.RunAsync(arguments, async (cache, _) =>
        {
            var isRight = true;
            await foreach (var check in cache.VerifyAsync(rate, cancellationToken))
            {
                isRight &= check.Damage.Count == 0;
                Console.Out.WriteLine(arguments.GetValue(Json) ? ToJson(check) : ToText(check));
            }

            return isRight ? ExitCode.Done : ExitCode.NotVerified;
        }, cancellationToken);
    }

    private static string ToJson(CacheCheck check) => JsonSerializer.Serialize(
        new CheckedJson(CacheCommand.ToJson(check.Entry), check.BytesRead, [.. check.Damage.Select(range => range.ToString())]), CacheJson.Default.CheckedJson);

    private static string ToText(CacheCheck check)
    {
        var found = check.Damage.Count == 0 ? "right" : $"damaged at {string.Join(", ", check.Damage)}, to be fetched again";
        return string.Create(CultureInfo.InvariantCulture, $"{check.Entry.Digest}\t{check.Entry.Format ?? "as stored"}\t{check.BytesRead}\t{found}");
    }
}
