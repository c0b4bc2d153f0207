using GlanceStore.Cache.Entries;

namespace GlanceStore.Cache;

/// <summary>A whole, verified image on this host's disk, which stays there until this is disposed.</summary>
/// <remarks>
/// The file is the cache's: it is read, and never written to. It was right when it was handed out; whoever opens it by its path has what the disk gives.
/// </remarks>
public sealed class CachedFile : IAsyncDisposable
{
    private readonly EntryUse _use;

    internal CachedFile(EntryUse use) => _use = use;

    /// <summary>The file.</summary>
    public string Path => _use.Entry.ImagePath;

    /// <summary>Its size in bytes.</summary>
    public long Size => _use.Entry.Size;

    /// <summary>The digest of the image as it is stored, also where this is the disk that was in it.</summary>
    public Digest Digest => _use.Entry.Name.Digest;

    /// <summary><c>raw</c> where this is the guest's disk that was in the image; null where it is the image as it is stored.</summary>
    public string? Format => _use.Entry.Name.Format;

    /// <summary>Ends the lease: the file may be removed where room is needed.</summary>
    public ValueTask DisposeAsync() => _use.DisposeAsync();
}
