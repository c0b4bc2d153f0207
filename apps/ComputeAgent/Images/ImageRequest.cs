using GlanceStore.ComputeAgent.Sources;

namespace GlanceStore.ComputeAgent.Images;

/// <summary>The body of PUT /images/ID. Nothing has to be set.</summary>
internal sealed record ImageRequest
{
    /// <summary><c>raw</c>: the guest's disk in it; null: the image as it is stored.</summary>
    public string? Format { get; init; }

    /// <summary>From -100 to 100; the higher is downloaded first.</summary>
    public int Priority { get; init; }

    public FetchMode Fetch { get; init; }

    /// <summary>Its receipt; null: the sources are asked.</summary>
    public ImageReceipt? Receipt { get; init; }

    /// <summary>The only source to ask; null for all.</summary>
    public string? Source { get; init; }

    /// <summary>The signature that it must have; null for the one that its source tells.</summary>
    public SignatureRecord? Signature { get; init; }
}

internal enum FetchMode
{
    /// <summary>All of it, as soon as it is its turn.</summary>
    Now,

    /// <summary>Once a disk is asked for, and then what is read first.</summary>
    WhenUsed,
}
