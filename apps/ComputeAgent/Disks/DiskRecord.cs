namespace GlanceStore.ComputeAgent.Disks;

/// <summary>What is kept of a disk over restarts.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Image">The image that it was made of.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Format">What the guest's machine opens it as: <c>qcow2</c>, <c>raw</c>, …</param>
internal sealed record DiskRecord(string Id, string Image, DiskKind Kind, string Format)
{
    /// <summary><c>raw</c> where it was made of the disk in the image; null: of the image as it is stored.</summary>
    public string? ImageFormat { get; init; }

    /// <summary>Its file; null for an export, and for a disk within Ceph.</summary>
    public string? Path { get; init; }

    /// <summary>How large the guest sees it, in bytes; null for as large as the image's disk.</summary>
    public long? Size { get; init; }

    /// <summary>How a clone was made; null for others.</summary>
    public string? Method { get; init; }

    /// <summary>What is written on a disk within Ceph, so that nobody's of the same name is taken for it; null for others.</summary>
    public string? Owner { get; init; }

    public DiskStage Stage { get; init; }
}

/// <summary>What a process that died was doing with a disk.</summary>
internal enum DiskStage
{
    Ready,
    Creating,
    Deleting,
}
