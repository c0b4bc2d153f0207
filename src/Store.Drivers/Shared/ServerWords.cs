using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace GlanceStore.Drivers.Shared;

/// <summary>What a server says of its own refusal, fit for a message: for servers that are the operator's own, whose words help the operator.</summary>
internal static partial class ServerWords
{
    /// <summary>How much of an answer is worth reading for them, in bytes.</summary>
    public const int MostBytes = 4 << 10;

    private const int MostCharacters = 200;

    /// <summary>The words in a text, with tags, control characters and secrets taken out, and cut; null where nothing is left.</summary>
    /// <param name="text">Plain text, HTML, or the message out of a document.</param>
    /// <param name="secrets">What must not be repeated, whoever says it.</param>
    public static string? Clean(string? text, params IEnumerable<string?> secrets)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        foreach (var secret in secrets.OfType<string>().Where(secret => secret.Length > 0))
        {
            text = text.Replace(secret, "…", StringComparison.Ordinal);
        }

        text = Secret().Replace(WebUtility.HtmlDecode(Tag().Replace(text, " ")), "${name}…");
        var words = new StringBuilder();
        foreach (var c in text.Take(MostBytes))
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c))
            {
                words.Append(words is { Length: > 0 } && words[^1] != ' ' ? " " : "");
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse))
            {
                words.Append(c);
            }
        }

        var clean = words.ToString().Trim();
        clean = clean.Length > MostCharacters ? clean[..MostCharacters].TrimEnd() + "…" : clean.TrimEnd('.');
        return clean.Length == 0 ? null : clean;
    }

    [GeneratedRegex("<[^>]*>", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();

    // The signatures, tokens and keys that a server repeats when it says why it does not take them.
    [GeneratedRegex("""(?<name>\b(sig|signature|token|secret|password|key)\b["']?\s*(=|:|is|found in the HTTP request)\s*)["']?[^\s"'&;,]{8,}["']?""",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
