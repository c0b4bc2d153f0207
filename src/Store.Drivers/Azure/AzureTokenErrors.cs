using Azure;
using Azure.Identity;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Azure;

/// <summary>The errors of Azure.Identity: what was tried to get a token, and why each way led to none.</summary>
internal static class AzureTokenErrors
{
    private const int MostTold = 12;

    /// <summary>The error of a token that could not be had.</summary>
    /// <param name="doing">What it was for, as the beginning of a sentence.</param>
    /// <param name="e">What Azure.Identity threw, perhaps wrapped.</param>
    /// <param name="broken">A connection that broke on the way to one; null where none did.</param>
    public static StoreException Of(string doing, Exception e, Exception? broken)
    {
        var told = Told(e).Distinct(StringComparer.Ordinal).Take(MostTold).ToArray();
        var why = told.Length == 0 ? "" : $" Tried were: {string.Join("; ", told)}.";
        return IsPassing(e, broken)
            ? new StoreException(StoreError.Unavailable, $"{doing} failed: the place that gives tokens could not be reached, or failed.{why}", e) { IsTransient = true }
            : new StoreException(StoreError.NotAuthenticated,
                $"{doing} failed: no token could be had; set up an identity, or set ConnectionString, AccountKey or SasToken.{why}", e);
    }

    // Where a way is there and fails; one that is not there is said to be unavailable.
    private static bool IsPassing(Exception e, Exception? broken)
    {
        var all = ExceptionChain.Of(e).ToArray();
        return !all.Any(inner => inner is CredentialUnavailableException)
            && (broken is not null || all.Any(inner => inner is RequestFailedException { Status: 408 or 410 or 429 or >= 500 }));
    }

    // A chain of ways has each one's error inside; a way by itself has a message.
    private static IEnumerable<string> Told(Exception e) => ExceptionChain.Of(e).OfType<AggregateException>().FirstOrDefault() is { } several
        ? several.Flatten().InnerExceptions.Select(inner => FirstSentence(inner.Message)).OfType<string>()
        : ExceptionChain.Of(e).OfType<AuthenticationFailedException>().Take(1).SelectMany(inner => Lines(inner.Message));

    // "DefaultAzureCredential failed to …", and behind it a line for each way, beginning with a dash.
    private static IEnumerable<string> Lines(string message)
    {
        string[] lines = [.. message.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("- ", StringComparison.Ordinal)).Select(line => line[2..])];
        return (lines.Length > 0 ? lines : [message]).Select(FirstSentence).OfType<string>();
    }

    private static string? FirstSentence(string message)
    {
        var line = message.Split('\n')[0];
        var end = line.IndexOf(". ", StringComparison.Ordinal);
        return ServerWords.Clean(end < 0 ? line : line[..end]);
    }
}
