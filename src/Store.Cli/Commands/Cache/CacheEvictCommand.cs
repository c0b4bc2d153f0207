using System.CommandLine;
using System.Text.Json;

namespace GlanceStore.Cli.Commands;

/// <summary><c>cache evict</c>: what goes from this host.</summary>
internal static class CacheEvictCommand
{
    private static readonly Argument<string?> Digest = new("digest")
    {
        Description = "The digest of one image, as list prints it.",
        HelpName = "ALGO:HEX",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> To = new("--to")
    {
        Description = "How much may stay, such as 50GiB, or 0: those that were not used for longest go, and those in use stay.",
        HelpName = "BYTES",
    };

    private static readonly Option<bool> Json = CommandLine.Json("each entry that went, an object a line, with --to");

    public static Command Create()
    {
        var command = new Command("evict", "Removes an image that nobody uses, or as many as it takes.") { Digest, To, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (digest, to) = (arguments.GetValue(Digest), arguments.GetValue(To));
        if (digest is null == to is null)
        {
            throw new UsageException("Name the digest of one image, or say with --to how much may stay.");
        }

        return digest is null ? TrimAsync(Texts.Amount("--to", to!), arguments, cancellationToken) : EvictAsync(DigestOf(digest), arguments, cancellationToken);
    }

    private static Task<int> TrimAsync(long bytes, ParseResult arguments, CancellationToken cancellationToken) => CacheCommand.RunAsync(arguments, async (cache, _) =>
    {
        foreach (var entry in await cache.EvictAsync(bytes, cancellationToken))
        {
            Console.Out.WriteLine(arguments.GetValue(Json) ? JsonSerializer.Serialize(CacheCommand.ToJson(entry), CacheJson.Default.CachedJson) : CacheCommand.ToText(entry));
        }

        return ExitCode.Done;
    }, cancellationToken);

    private static Task<int> EvictAsync(Digest digest, ParseResult arguments, CancellationToken cancellationToken) => CacheCommand.RunAsync(arguments, async (cache, _) =>
        await cache.EvictAsync(digest, cancellationToken) ? ExitCode.Done : throw new StoreException(StoreError.NotFound, $"There is nothing of {digest} in '{cache.Options.Directory}'."),
        cancellationToken);

    private static Digest DigestOf(string text)
    {
        try
        {
            return GlanceStore.Digest.Parse(text);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message, e);
        }
    }
}
