using System.Collections.Frozen;

namespace GlanceStore;

/// <summary>What an image is: its format, how large the guest's disk is, and what was found.</summary>
/// <param name="Format">The format, by its name in OpenStack where it has one there: <c>raw</c>, <c>qcow2</c>, <c>vhd</c>.</param>
/// <param name="VirtualSize">The size of the guest's disk in bytes; null where the image does not say.</param>
/// <param name="FileSize">The length of the image itself in bytes.</param>
public sealed record ImageInspection(string Format, long? VirtualSize, long FileSize)
{
    /// <summary>What else the format says of itself (<c>cluster_size</c>, <c>create_type</c>), as text; empty by default.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>What was found, in the order it was found; none by default.</summary>
    public IReadOnlyList<ImageFinding> Findings { get; init; } = [];

    /// <summary>Whether nothing that was found makes the image unsafe.</summary>
    public bool IsSafe => Findings.All(finding => !finding.IsUnsafe);

    /// <summary>The format and the sizes.</summary>
    public override string ToString() => $"{Format} ({VirtualSize?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unknown"} bytes in {FileSize})";
}
