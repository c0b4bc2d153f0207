namespace GlanceStore.Formats.Disks;

/// <summary>What of the file a part of the disk is.</summary>
/// <param name="Kind">How it is stored.</param>
/// <param name="Length">How far it goes on, in bytes of the disk; at least 1.</param>
/// <param name="HostOffset">Where in the file its bytes are.</param>
/// <param name="HostLength">How many bytes they are at most where they are compressed; else 0.</param>
/// <param name="Skipped">How many bytes of a compressed cluster precede the part.</param>
internal readonly record struct MappedRange(DiskExtentKind Kind, long Length, long HostOffset = 0, int HostLength = 0, int Skipped = 0)
{
    public bool IsCompressed => HostLength > 0;
}
