namespace GlanceStore.ComputeAgent.Disks;

/// <summary>The body of POST /images/ID/disks.</summary>
internal sealed record DiskRequest
{
    public DiskKind? Kind { get; init; }

    /// <summary>What the disk is called; null for a new UUID. A request that is repeated with it makes no second one.</summary>
    public string? Id { get; init; }

    /// <summary>The file, in the directory of disks; null for one named by the id. Not for an export, nor within Ceph.</summary>
    public string? Path { get; init; }

    /// <summary>How large the guest sees it, in bytes; null for as large as the image's disk. Not for an export.</summary>
    public long? Size { get; init; }
}

internal enum DiskKind
{
    /// <summary>A qcow2 file of the guest's own over the image, which stays in the cache as long as the disk is there.</summary>
    Overlay,

    /// <summary>A file of the guest's own with all of the image.</summary>
    Clone,

    /// <summary>A read-only network block device, at once, while the image arrives.</summary>
    Nbd,

    /// <summary>A clone within a Ceph cluster that has the image: the guest's own, and nothing of it passes through this host.</summary>
    Rbd,
}
