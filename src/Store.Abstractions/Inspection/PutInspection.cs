namespace GlanceStore;

/// <summary>What a put finds out about the image it stores, and what it refuses. What is refused is stored nowhere.</summary>
/// <param name="NewInspector">Makes an inspector for one image: <c>() => new ImageInspector()</c> of the package GlanceStore.Formats.</param>
public sealed record PutInspection(Func<StreamInspector> NewInspector)
{
    // What inspectors call a raw disk that has a partition table.
    private static readonly string[] PartitionedDisks = ["gpt", "mbr"];

    /// <summary>
    /// The format that the image must have, as the inspector names it; null, the default, for any. A disk with a partition table, <c>gpt</c> or
    /// <c>mbr</c>, is also <c>raw</c>.
    /// </summary>
    public string? RequiredFormat { get; init; }

    /// <summary>Whether an image with an unsafe finding is refused; false by default: the finding is in the receipt.</summary>
    public bool RequireSafe { get; init; }

    /// <summary>The formats that are accepted; null, the default, for all. With <c>raw</c>, disks with partition tables are.</summary>
    public IReadOnlyCollection<string>? AllowedFormats { get; init; }

    /// <summary>Why an image is refused, as the end of a sentence, or null where it is not.</summary>
    public string? Refuse(ImageInspection found)
    {
        ArgumentNullException.ThrowIfNull(found);
        if (RequiredFormat is { } required && !Is(found, required))
        {
            return $"its format is {found.Format} and {required} is required";
        }

        if (AllowedFormats is { } allowed && !allowed.Any(format => Is(found, format)))
        {
            return $"its format is {found.Format} and only {string.Join(", ", allowed)} {(allowed.Count == 1 ? "is" : "are")} accepted";
        }

        return RequireSafe && found.Findings.FirstOrDefault(finding => finding.IsUnsafe) is { } unsafeFinding
            ? $"it is not safe ({unsafeFinding.Code}): {unsafeFinding.Message.TrimEnd('.')}"
            : null;
    }

    private static bool Is(ImageInspection found, string format) =>
        found.Format == format || (format == "raw" && PartitionedDisks.Contains(found.Format));
}
