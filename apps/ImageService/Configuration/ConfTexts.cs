using System.Globalization;

namespace GlanceStore.ImageService;

/// <summary>Texts of glance's options as settings of ours; null for one that is not of its form.</summary>
internal static class ConfTexts
{
    private static readonly string[] Units = ["", "K", "M", "G", "T"];

    public static string? Text(string text) => text;

    public static string? Flag(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "ON" or "1" => "true",
        "FALSE" or "NO" or "OFF" or "0" => "false",
        _ => null,
    };

    public static string? NotFlag(string text) => Flag(text) switch { "true" => "false", "false" => "true", _ => null };

    /// <summary>How many of something there may be; glance takes any negative number for no limit.</summary>
    public static string? Limit(string text) => NumberOf(text) is { } number ? TextOf(number < 0 ? int.MaxValue : Math.Min(number, int.MaxValue)) : null;

    public static string? Positive(string text) => NumberOf(text) is >= 1 and var number ? TextOf(Math.Min(number, int.MaxValue)) : null;

    public static string? Bytes(string text) => NumberOf(text) is >= 1 and var number ? TextOf(number) : null;

    public static string? Seconds(string text) => NumberOf(text) is >= 0 and var number ? TimeSpan.FromSeconds(Math.Min(number, 86400)).ToString("c", CultureInfo.InvariantCulture) : null;

    /// <summary><c>10</c>, <c>10B</c>, <c>10KB</c>, <c>10MB</c>, <c>10GB</c>, <c>10TB</c>, by 1024.</summary>
    public static string? Size(string text)
    {
        var unit = text.TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        var exponent = unit.Length == 0 ? 0 : unit[^1] == 'B' ? Array.IndexOf(Units, unit[..^1]) : -1;
        return exponent >= 0 && NumberOf(text[..^unit.Length]) is { } number && number <= long.MaxValue >> (10 * exponent)
            ? TextOf(number << (10 * exponent))
            : null;
    }

    /// <summary><c>[a, b]</c>, where the brackets and quotes may be missing.</summary>
    public static string? List(string text) => string.Join(", ", ItemsOf(text));

    public static IReadOnlyList<string> ItemsOf(string text) =>
        [.. text.Trim().TrimStart('[').TrimEnd(']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(item => item.Trim('\'', '"'))];

    private static long? NumberOf(string text) => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string TextOf(long number) => number.ToString(CultureInfo.InvariantCulture);
}
