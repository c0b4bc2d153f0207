namespace GlanceStore.Cache;

/// <summary>What a cache holds of one image.</summary>
/// <param name="Digest">The digest of the image as it is stored.</param>
/// <param name="Format">What was made of it: <c>raw</c> for the guest's disk; null for the image as it is stored.</param>
/// <param name="Size">The size of the file in bytes; 0 where it is not known yet.</param>
/// <param name="AllocatedBytes">How many bytes it takes on the disk.</param>
/// <param name="IsWhole">Whether all of it was there and was verified against the digest.</param>
/// <param name="IsLeased">Whether somebody uses it, in this process or another.</param>
/// <param name="LastUsed">When a use of it began last.</param>
public sealed record CachedEntry(Digest Digest, string? Format, long Size, long AllocatedBytes, bool IsWhole, bool IsLeased, DateTimeOffset LastUsed);

/// <summary>What a verification found of one entry.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="BytesRead">How many bytes were read and compared.</param>
public sealed record CacheCheck(CachedEntry Entry, long BytesRead)
{
    /// <summary>The parts that were not what was fetched: they are forgotten, and fetched again by the next use. Empty where all was right.</summary>
    public IReadOnlyList<ByteRange> Damage { get; init; } = [];
}

/// <summary>What became of one file of another cache.</summary>
/// <param name="Path">The file.</param>
/// <param name="Id">The image it is of; null where none of those that were named.</param>
/// <param name="IsAdopted">Whether it is in this cache now.</param>
/// <param name="Reason">One sentence: how it was taken over, or why not.</param>
public sealed record AdoptedFile(string Path, ImageId? Id, bool IsAdopted, string Reason);

/// <summary>How a clone was made.</summary>
public enum CloneMethod
{
    /// <summary>The file system shares the blocks until one of the files is written to.</summary>
    Reflink,

    /// <summary>The bytes were copied; what is a hole is one in the copy.</summary>
    Copy,
}
