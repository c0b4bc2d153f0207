namespace GlanceStore.Drivers.Rbd;

/// <summary>A disk of a guest in the pool of an RBD store.</summary>
/// <param name="Name">Its name in the pool.</param>
/// <param name="Owner">
/// Whose it is, written on it: only by the same text is it found again where a call is repeated, and removed. A new UUID keeps others out who use the same
/// names.
/// </param>
public sealed record RbdDisk(ImageId Name, string Owner)
{
    /// <summary>How large the guest sees it, in bytes, no less than the image; null, the default, for as large as the image.</summary>
    public long? SizeBytes { get; init; }
}
