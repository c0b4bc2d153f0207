using System.Globalization;

namespace GlanceStore;

/// <summary>A stretch of an image: <see cref="Length"/> bytes from <see cref="Offset"/> on, or all that follow.</summary>
public readonly record struct ByteRange
{
    /// <summary>Makes a range.</summary>
    /// <param name="offset">The first byte, counted from 0.</param>
    /// <param name="length">How many bytes, at least 1; null for all up to the end of the image.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative, the length is less than 1, or their sum is too large.</exception>
    public ByteRange(long offset, long? length = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (length is { } count)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(length));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(count, long.MaxValue - offset, nameof(length));
        }

        Offset = offset;
        Length = length;
    }

    /// <summary>The first byte, counted from 0.</summary>
    public long Offset { get; }

    /// <summary>How many bytes, or null for all up to the end of the image.</summary>
    public long? Length { get; }

    /// <summary>The range cut to an image of <paramref name="size"/> bytes: a range may reach past the end, not begin there.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidRange"/>: the image has no byte at the offset.</exception>
    public ByteRange Within(long size) => Offset < size
        ? new ByteRange(Offset, Math.Min(Length ?? long.MaxValue, size - Offset))
        : throw new StoreException(StoreError.InvalidRange,
            $"The range {this} begins beyond the end of the image, which has {size} bytes.");

    /// <summary>The range as HTTP writes it: <c>FIRST-LAST</c>, or <c>FIRST-</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Offset}-{Offset + Length - 1}");
}
