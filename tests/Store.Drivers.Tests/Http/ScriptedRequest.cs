using System.Globalization;

namespace GlanceStore.Drivers.Http.Tests;

/// <summary>A request as it came over the wire.</summary>
internal sealed record ScriptedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers)
{
    public string? this[string header] => Headers.GetValueOrDefault(header);

    /// <summary>The range asked for, cut to a size; null where there is none.</summary>
    public (int First, int Last)? RangeOf(int size)
    {
        if (this["Range"]?["bytes=".Length..].Split('-') is not [var first, var last])
        {
            return null;
        }

        return (Number(first), last.Length > 0 ? Math.Min(Number(last), size - 1) : size - 1);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
