using System.Globalization;

namespace GlanceStore.ImageService.Checking;

/// <summary>How many copies are read and compared with their digests: a number, or a part of all.</summary>
internal readonly record struct SampleSize(double Number, bool IsPercent)
{
    /// <summary>Reads <c>20</c> or <c>5%</c>; null for a text that is neither.</summary>
    public static SampleSize? Parse(string text)
    {
        var isPercent = text.EndsWith('%');
        return double.TryParse(isPercent ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && (isPercent ? number <= 100 : number == Math.Floor(number))
            ? new SampleSize(number, isPercent)
            : null;
    }

    /// <summary>How many that is of so many; of a part that is not none, at least one.</summary>
    public int Of(long all) => (int)Math.Min(IsPercent ? Math.Ceiling(all * Number / 100) : Number, Math.Min(all, Array.MaxLength));
}

/// <summary>Some of many copies, each as likely as any other, chosen as they pass by.</summary>
internal sealed class CopySample(int size, Random random)
{
    private readonly List<KnownCopy> _chosen = new(Math.Min(size, 1024));
    private long _seen;

    public IReadOnlyList<KnownCopy> Chosen => _chosen;

    public void Offer(KnownCopy copy)
    {
        _seen++;
        if (_chosen.Count < size)
        {
            _chosen.Add(copy);
        }
        else if (random.NextInt64(_seen) is var place && place < size)
        {
            _chosen[(int)place] = copy;
        }
    }
}
