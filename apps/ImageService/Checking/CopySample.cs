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
    public long Of(long all) => (long)Math.Min(IsPercent ? Math.Ceiling(all * Number / 100) : Number, all);
}

/// <summary>Some of many copies, each as likely as any other, chosen as they pass by.</summary>
internal sealed class CopySample(long size, Random random, CheckScratch scratch)
{
    private long _seen;

    public async Task OfferAsync(KnownCopy copy)
    {
        var slot = _seen < size ? _seen : random.NextInt64(_seen + 1);
        _seen++;
        if (slot < size)
        {
            await scratch.ChooseAsync(slot, copy);
        }
    }
}
