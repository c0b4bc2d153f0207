namespace GlanceStore.Formats;

/// <summary>What an image is by what is said of it and what is found in it together.</summary>
public static class DeclaredFormat
{
    /// <summary>
    /// What Cinder uploads of a volume that it encrypts, and a guest's disk that is LUKS from its first byte, is told to be raw: a disk whose first bytes happen to be those, of
    /// whatever version. It leads nowhere else.
    /// </summary>
    /// <param name="found">What an inspector found.</param>
    /// <param name="format">What the image is said to be, by the names of <see cref="ImageFormat"/>; null where nobody says.</param>
    /// <returns>The same, but a raw disk without findings in place of LUKS that is said to be raw.</returns>
    public static ImageInspection AsToldToBe(this ImageInspection found, string? format) =>
        format == ImageFormat.Raw && found.Format == ImageFormat.Luks ? new ImageInspection(ImageFormat.Raw, found.FileSize, found.FileSize) : found;
}
