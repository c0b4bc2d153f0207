namespace GlanceStore.Formats;

/// <summary>A part of a guest's disk that is stored in one way.</summary>
/// <param name="Offset">Where it begins on the disk, in bytes.</param>
/// <param name="Length">How long it is, in bytes.</param>
/// <param name="Kind">How it is stored.</param>
public readonly record struct DiskExtent(long Offset, long Length, DiskExtentKind Kind);

/// <summary>How a part of a guest's disk is stored.</summary>
public enum DiskExtentKind
{
    /// <summary>Bytes are stored for it.</summary>
    Data,

    /// <summary>It was said to be zeros, and no bytes are stored for it.</summary>
    Zero,

    /// <summary>Nothing was ever written there, so it reads as zeros.</summary>
    Hole,
}
