namespace GlanceStore.Nbd;

/// <summary>How several streams serve one export. Every property has a working default.</summary>
public sealed record NbdReaderOptions
{
    /// <summary>How many streams there are at most, so how many requests of the export are worked on at once; 4 by default.</summary>
    public int MaxReaders { get; init; } = 4;

    /// <summary>A line about the export for people, which clients are told; null, the default, for none.</summary>
    public string? Description { get; init; }
}
