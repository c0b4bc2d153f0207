using System.Globalization;

namespace GlanceStore.Drivers.Swift;

/// <summary>Headers as Swift writes them: an ETag with or without quotes, which .NET would not read without.</summary>
internal static class SwiftHeaders
{
    /// <summary>The value of a header, or null.</summary>
    public static string? Text(HttpResponseMessage answer, string name) =>
        answer.Headers.NonValidated.TryGetValues(name, out var values) || answer.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.ToString()
            : null;

    public static long? Number(HttpResponseMessage answer, string name) =>
        long.TryParse(Text(answer, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The ETag without quotes, or null.</summary>
    public static string? ETag(HttpResponseMessage answer) => Text(answer, "ETag")?.Trim('"') is { Length: > 0 } tag ? tag : null;
}
