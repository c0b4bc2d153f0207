namespace GlanceStore.Drivers;

/// <summary>What to read of an image.</summary>
/// <param name="Range">The part to read, or null for the whole.</param>
/// <param name="VersionTag">The version the image must still have, or null for whichever it has.</param>
public sealed record ReadIntent(ByteRange? Range = null, string? VersionTag = null);
