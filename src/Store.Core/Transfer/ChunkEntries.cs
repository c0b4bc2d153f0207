using GlanceStore.Drivers;

namespace GlanceStore.Transfer;

/// <summary>The manifest of an image while its chunks are written, in whatever order.</summary>
internal sealed class ChunkEntries
{
    private readonly Lock _lock = new();
    private readonly List<ChunkEntry> _entries = [];

    public void Set(Chunk chunk)
    {
        if (chunk.Length == 0)
        {
            return; // the one chunk of an empty image
        }

        lock (_lock)
        {
            while (_entries.Count <= chunk.Index)
            {
                _entries.Add(default);
            }

            _entries[chunk.Index] = new ChunkEntry(chunk.Length, chunk.Checksum);
        }
    }

    public WriteSummary Summarize(IReadOnlyList<Digest> digests)
    {
        var manifest = new ChunkManifest(_entries);
        return new WriteSummary(manifest.Size, manifest, digests);
    }
}
