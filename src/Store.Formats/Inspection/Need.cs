namespace GlanceStore.Formats.Inspection;

/// <summary>What an inspection has to see before it goes on.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Offset">Where in the image the bytes begin, for <see cref="NeedKind.Bytes"/>.</param>
/// <param name="Length">How many they are.</param>
internal readonly record struct Need(NeedKind Kind, long Offset, int Length)
{
    /// <summary>The length of the image, so its end.</summary>
    public static Need Size { get; } = new(NeedKind.Length, 0, 0);

    /// <summary>The length of the image and its last bytes.</summary>
    public static Need Tail { get; } = new(NeedKind.Tail, 0, 0);

    public static Need Bytes(long offset, long length) => new(NeedKind.Bytes, offset, (int)Math.Min(length, ImageView.MostHeldBytes));
}

internal enum NeedKind
{
    Bytes,
    Length,
    Tail,
}
