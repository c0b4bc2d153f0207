using System.Globalization;

namespace GlanceStore.Benchmarks.Comparison;

internal static class Size
{
    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>A number of bytes in the largest unit that leaves it whole.</summary>
    public static string Of(long bytes)
    {
        var unit = 0;
        while (unit < Units.Length - 1 && bytes >= 1024 && bytes % 1024 == 0)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes} {Units[unit]}");
    }
}
