namespace GlanceStore.Drivers;

/// <summary>The optional role of a driver whose images other programs still look for under a URI with credentials inside.</summary>
/// <remarks>An <see cref="ImageLocation"/> never holds such a URI. A driver plays the role only where its options say so.</remarks>
public interface ILegacyUri
{
    /// <summary>The image's URI with the store's credentials inside: a secret, for the program that needs it and for nothing else.</summary>
    string LegacyUriOf(ImageLocation location);
}
