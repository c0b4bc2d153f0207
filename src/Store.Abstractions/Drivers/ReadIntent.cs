namespace GlanceStore.Drivers;

/// <summary>What to read of an image.</summary>
/// <param name="Range">The part to read, or null for the whole.</param>
/// <param name="VersionTag">The version the image must still have, or null for whichever it has.</param>
public sealed record ReadIntent(ByteRange? Range = null, string? VersionTag = null)
{
    /// <summary>
    /// The size of that version in bytes, where it is known: what a backend leaves out of an answer, which a server may once it has told it
    /// (<c>Content-Range: bytes 10-19/*</c>), can be taken from here where the answer shows that it is of that version.
    /// </summary>
    public long? Size { get; init; }
}
