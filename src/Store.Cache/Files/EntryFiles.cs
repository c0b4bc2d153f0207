namespace GlanceStore.Cache.Files;

/// <summary>The files of one entry, in a directory of its own.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Disk">What it is on.</param>
internal sealed record EntryFiles(string Directory, HostDisk Disk)
{
    /// <summary>The bytes: a sparse file as long as the image.</summary>
    public string Image => Path.Combine(Directory, "image");

    /// <summary>Which chunks of it are there.</summary>
    public string Journal => Path.Combine(Directory, "journal");

    /// <summary>What the chunks are. Its time of modification is when all of them were compared last.</summary>
    public string Chunks => Path.Combine(Directory, "chunks");

    /// <summary>What the chunks are going to be, until all of it is written.</summary>
    public string NextChunks => Chunks + ".next";

    /// <summary>What is locked as long as the entry is used. Its time of modification is when a use began last.</summary>
    public string Lock => Path.Combine(Directory, "lock");

    /// <summary>
    /// All of them, in the order in which they go: the chunks first, for without them it is no entry any more, and the lock last, for whoever holds it is the only one who
    /// removes the others.
    /// </summary>
    public IEnumerable<string> All => [Chunks, NextChunks, Image, Journal, Lock];

    /// <summary>How many bytes the files take on the disk.</summary>
    public long AllocatedBytes => All.Sum(path => Disk.Look(path)?.AllocatedBytes ?? 0);
}
