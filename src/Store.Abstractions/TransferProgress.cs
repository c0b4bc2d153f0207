namespace GlanceStore;

/// <summary>How far a transfer has come.</summary>
/// <param name="Bytes">The bytes transferred so far.</param>
/// <param name="TotalBytes">All bytes of the transfer, or null where the size is not known.</param>
public readonly record struct TransferProgress(long Bytes, long? TotalBytes);
