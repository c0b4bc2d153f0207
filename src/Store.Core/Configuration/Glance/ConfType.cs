using System.Globalization;

namespace GlanceStore;

/// <summary>What the text of an option must be, as oslo.config's types have it.</summary>
/// <param name="Name">The type's name in the documentation.</param>
/// <param name="Expected">What fits, in words that end the sentence "… is not …".</param>
/// <param name="Fits">Whether a text does.</param>
internal sealed record ConfType(string Name, string Expected, Func<string, bool> Fits)
{
    public bool IsNumber { get; private init; }

    public static ConfType Text { get; } = new("text", "a text", _ => true);

    /// <summary>A text that may be set on several lines.</summary>
    public static ConfType Repeated { get; } = Text with { Name = "text, repeated" };

    public static ConfType List { get; } = Text with { Name = "list" };

    public static ConfType Flag { get; } = new("boolean", "true or false", text => FlagOf(text) is not null);

    public static ConfType Pairs { get; } = new(
        "dict", "a list of NAME:VALUE, parted by commas, with no name twice", text => PairsOf(text) is { } pairs && !HasTwins(pairs));

    public static ConfType Number(int least = int.MinValue, int most = int.MaxValue)
    {
        var range = (least, most) switch
        {
            (int.MinValue, _) => "",
            (_, int.MaxValue) => $" from {least} on",
            _ => $" from {least} to {most}",
        };
        return new($"integer{range}", $"a whole number{range}", text => NumberOf(text) is { } number && number >= least && number <= most)
        {
            IsNumber = true,
        };
    }

    public static ConfType Choice(params string[] choices) =>
        new(string.Join(", ", choices), $"one of {string.Join(", ", choices)}", text => choices.Contains(text));

    public static bool? FlagOf(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "ON" or "1" => true,
        "FALSE" or "NO" or "OFF" or "0" => false,
        _ => null,
    };

    public static long? NumberOf(string text) =>
        long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary><c>a, b</c>; a comma at the end counts for nothing.</summary>
    public static IReadOnlyList<string> ListOf(string text) =>
        text.Trim().TrimEnd(',') is { Length: > 0 } items ? [.. items.Split(',', StringSplitOptions.TrimEntries)] : [];

    /// <summary><c>a:b, c:d</c> in that order; null for a text that is not that.</summary>
    public static IReadOnlyList<(string Name, string Value)>? PairsOf(string text)
    {
        var pairs = new List<(string Name, string Value)>();
        foreach (var pair in string.IsNullOrWhiteSpace(text) ? [] : text.Split(','))
        {
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? "" : pair[..colon].Trim();
            if (name.Length == 0)
            {
                return null;
            }

            pairs.Add((name, pair[(colon + 1)..].Trim()));
        }

        return pairs;
    }

    private static bool HasTwins(IReadOnlyList<(string Name, string Value)> pairs) =>
        pairs.DistinctBy(pair => pair.Name).Count() < pairs.Count;
}
