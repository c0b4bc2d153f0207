namespace GlanceStore;

/// <summary>Something about an image that whoever stores or boots it should know.</summary>
/// <param name="Code">What was found, in one word that never changes: <c>backing_file</c>, <c>footer</c>; docs/formats.md lists them.</param>
/// <param name="IsUnsafe">Whether a guest could reach through it what is not in the image, or nothing can be said of that.</param>
/// <param name="Message">One sentence.</param>
public sealed record ImageFinding(string Code, bool IsUnsafe, string Message);
