namespace GlanceStore.Cache.Files;

/// <summary>What the cache asks of the host's disk.</summary>
internal enum DiskCall
{
    /// <summary>What is behind a name or an open file.</summary>
    Look,

    /// <summary>What is in a directory.</summary>
    List,

    /// <summary>A new directory.</summary>
    MakeDirectory,

    /// <summary>A file, new or not.</summary>
    Open,

    Read,

    Write,

    /// <summary>How long a file is.</summary>
    Measure,

    /// <summary>Another length.</summary>
    Resize,

    /// <summary>A file, or the names in a directory, on the disk for good.</summary>
    Flush,

    Rename,

    /// <summary>A file or a directory gone.</summary>
    Remove,

    /// <summary>The time at which a use began.</summary>
    Stamp,

    /// <summary>A lock, of a file or of a range of it.</summary>
    Lock,

    /// <summary>The end of a lock of a range.</summary>
    Unlock,

    /// <summary>A stretch of a file turned into a hole.</summary>
    PunchHole,

    /// <summary>Where a file has bytes, and where it has holes.</summary>
    SeekHole,

    /// <summary>The blocks of one file in another.</summary>
    Share,

    /// <summary>A copy within the kernel.</summary>
    Copy,
}
