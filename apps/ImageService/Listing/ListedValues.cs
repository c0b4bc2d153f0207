using System.Text;
using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Listing;

/// <summary>The values of <c>in:a,"b, c",d</c>: commas part them, and within quotes do not.</summary>
internal static class ListedValues
{
    private const int Most = 1000;

    /// <exception cref="ApiException">400: a quote is not closed, stands within a value, or there are too many.</exception>
    public static IReadOnlyList<string> Of(string text)
    {
        var values = new List<string>();
        for (var position = 0; position <= text.Length;)
        {
            var (value, end) = position < text.Length && text[position] == '"' ? Quoted(text, position + 1) : Plain(text, position);
            values.Add(value);
            position = end + 1;
        }

        return values.Count <= Most ? values : throw ApiException.BadRequest($"A filter names at most {Most} values.");
    }

    private static (string Value, int End) Plain(string text, int start)
    {
        var end = text.IndexOf(',', start);
        end = end < 0 ? text.Length : end;
        return text.AsSpan(start, end - start).Contains('"') ? throw Malformed() : (text[start..end], end);
    }

    private static (string Value, int End) Quoted(string text, int start)
    {
        var value = new StringBuilder();
        for (var i = start; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when i + 1 < text.Length:
                    value.Append(text[++i]);
                    break;
                case '"':
                    return i + 1 == text.Length || text[i + 1] == ',' ? (value.ToString(), i + 1) : throw Malformed();
                default:
                    value.Append(text[i]);
                    break;
            }
        }

        throw Malformed();
    }

    private static ApiException Malformed() => ApiException.BadRequest("Invalid filter value: a quote is not closed, or no comma follows it.");
}
