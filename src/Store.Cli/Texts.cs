using System.Globalization;
using GlanceStore.Formats;

namespace GlanceStore.Cli;

/// <summary>Reads the values of options; what does not fit is a <see cref="UsageException"/> that says what does.</summary>
internal static class Texts
{
    public static ImageId Id(string? text)
    {
        try
        {
            return text is null ? ImageId.New() : ImageId.Parse(text);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    public static Digest Digest(string text)
    {
        try
        {
            var digest = GlanceStore.Digest.Parse(text);
            _ = Algorithm(digest.Algorithm);
            return digest;
        }
        catch (FormatException e)
        {
            throw new UsageException($"--expect: {e.Message}", e);
        }
    }

    public static string Algorithm(string text) => DigestAlgorithms.Known.Contains(text)
        ? text
        : throw new UsageException($"The digest '{text}' cannot be computed here; known are {string.Join(", ", DigestAlgorithms.Known)}.");

    public static long Bytes(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
        ? bytes
        : throw new UsageException($"--size: '{text}' is not a number of bytes.");

    /// <summary>Reads <c>FIRST-LAST</c>, both included and counted from 0, or <c>FIRST-</c>.</summary>
    public static ByteRange Range(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash > 0 && Try(text.AsSpan(0, dash), out var first))
        {
            if (dash == text.Length - 1)
            {
                return new ByteRange(first);
            }

            if (Try(text.AsSpan(dash + 1), out var last) && last >= first && last < long.MaxValue)
            {
                return new ByteRange(first, last - first + 1);
            }
        }

        throw new UsageException($"--range: '{text}' is not FIRST-LAST or FIRST-, two offsets in bytes of which the first is not the larger.");

        static bool Try(ReadOnlySpan<char> digits, out long value) =>
            long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Reads names with commas between them, each once.</summary>
    public static string[] Names(string option, string text)
    {
        string[] names = [.. text.Split(',', StringSplitOptions.TrimEntries)];
        if (names.Contains(""))
        {
            throw new UsageException($"{option}: '{text}' is not a list of names with commas between them.");
        }

        return names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twins
            ? throw new UsageException($"{option}: '{twins.Key}' is named {twins.Count()} times.")
            : names;
    }

    /// <summary>Reads the names of formats with commas between them.</summary>
    public static string[] Formats(string text)
    {
        var names = Names("--require-format", text);
        return Array.Find(names, name => !ImageFormat.Known.Contains(name)) is { } unknown
            ? throw new UsageException($"--require-format: '{unknown}' is no format that is known; known are {string.Join(", ", ImageFormat.Known)}.")
            : names;
    }

    /// <summary>Reads a number with its unit: <c>90s</c>, <c>15m</c>, <c>12h</c>, <c>1d</c>.</summary>
    public static TimeSpan Age(string text)
    {
        const int MostDays = 36500;
        var unit = text.Length > 1 ? text[^1] : ' ';
        var seconds = unit switch { 's' => 1L, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        return seconds > 0
            && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count * seconds <= MostDays * 86400L
            ? TimeSpan.FromSeconds(count * seconds)
            : throw new UsageException($"--older-than: '{text}' is not an age such as 90s, 15m, 12h or 1d.");
    }

    /// <summary>Reads a short time with its unit: <c>500ms</c>, <c>2s</c>.</summary>
    public static TimeSpan Wait(string text)
    {
        const int MostSeconds = 3600;
        var (digits, unit) = text.EndsWith("ms", StringComparison.Ordinal) ? (text[..^2], 1) : (text.EndsWith('s') ? text[..^1] : "", 1000);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count > 0 && count * (long)unit <= MostSeconds * 1000L
            ? TimeSpan.FromMilliseconds(count * (long)unit)
            : throw new UsageException($"--hedge-after: '{text}' is not a time such as 500ms or 2s, at most an hour.");
    }

    /// <summary>Reads a number of bytes a second: digits alone, or with <c>KiB</c>, <c>MiB</c> or <c>GiB</c>, or <c>kB</c>, <c>MB</c> or <c>GB</c>.</summary>
    public static long Rate(string text) => TryAmount(text) is > 0 and var rate
        ? rate
        : throw new UsageException($"--rate: '{text}' is not a number of bytes a second such as 800KiB, 50MiB or 1GiB.");

    /// <summary>Reads a number of bytes, written as a rate is.</summary>
    public static long Amount(string option, string text) => TryAmount(text)
        ?? throw new UsageException($"{option}: '{text}' is not a number of bytes such as 800MiB, 50GB or 0.");

    private static long? TryAmount(string text)
    {
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;
        var unit = text[digits..].TrimStart() switch
        {
            "" or "B" => 1L,
            "KiB" => 1L << 10,
            "MiB" => 1L << 20,
            "GiB" => 1L << 30,
            "kB" => 1_000L,
            "MB" => 1_000_000L,
            "GB" => 1_000_000_000L,
            _ => 0,
        };
        return unit > 0 && int.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count * unit : null;
    }

    /// <summary>Why a file could not be opened; .NET does not say that it is a directory.</summary>
    public static string ReasonOf(Exception error, string path) => Directory.Exists(path) ? "It is a directory." : ReasonOf(error);

    /// <summary>Why something could not be opened, without the parameter's name that .NET adds.</summary>
    public static string ReasonOf(Exception error) => error is ArgumentException misuse ? Misuse.Sentence(misuse) : error.Message;

    /// <summary>
    /// Text for one line of a terminal. Messages repeat what was typed, what a file held and what a backend answered: no control character of
    /// theirs gets there.
    /// </summary>
    public static string OneLine(string text) =>
        string.Concat(text.ReplaceLineEndings(" ").Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
