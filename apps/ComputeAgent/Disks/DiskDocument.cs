namespace GlanceStore.ComputeAgent.Disks;

/// <summary>What clients are told of a disk.</summary>
internal sealed record DiskDocument(string Id, string Image, DiskKind Kind, string State, string Format)
{
    /// <summary>Its file; null for what is none.</summary>
    public string? Path { get; init; }

    /// <summary>Where an export or a disk within Ceph is, as QEMU takes it; null for a file.</summary>
    public string? Uri { get; init; }

    public long? Size { get; init; }

    /// <summary>How it was made; null where that makes no difference.</summary>
    public string? Method { get; init; }

    public string? Error { get; init; }
}

/// <summary>What clients are told of an export.</summary>
internal sealed record ExportDocument(string Name, string Image, string Uri, long Size, int Connections);
