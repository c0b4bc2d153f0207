using System.Globalization;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Listing;

/// <summary>A condition on a time, to the second, as times are told: <c>gte:2026-11-30T00:00:00Z</c>.</summary>
internal static class TimeFilter
{
    private const long Second = 1_000_000;

    private static readonly string[] Operators = ["in", "eq", "neq", "gt", "gte", "lt", "lte"];

    /// <summary>The operator before the first colon, or an empty text where there is none: names and times have colons too.</summary>
    public static (string Operator, string Operand) OperatorOf(string value)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && Operators.Contains(value[..colon]) ? (value[..colon], value[(colon + 1)..]) : ("", value);
    }

    public static string Of(SqlWhere where, string column, string name, string value)
    {
        var (op, operand) = OperatorOf(value);
        if (op == "in" || !DateTimeOffset.TryParse(operand, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            throw ApiException.BadRequest($"Invalid value of {name}: it is a time such as 2026-11-30T00:00:00Z behind one of gt:, gte:, lt:, lte:, eq:, neq:.");
        }

        var micros = DbTime.Of(time);
        var first = micros - (((micros % Second) + Second) % Second);
        var (from, next) = (where.Value(first), where.Value(first + Second));
        return op switch
        {
            "gt" => $"{column} >= {next}",
            "gte" => $"{column} >= {from}",
            "lt" => $"{column} < {from}",
            "lte" => $"{column} < {next}",
            "neq" => $"({column} < {from} OR {column} >= {next})",
            _ => $"({column} >= {from} AND {column} < {next})",
        };
    }
}
