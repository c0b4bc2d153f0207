namespace GlanceStore.Drivers;

/// <summary>What to delete of what is stored under a name.</summary>
/// <param name="VersionTag">The version the image must still have, as the driver told it, or null for whichever it has.</param>
public sealed record DeleteIntent(string? VersionTag = null);
