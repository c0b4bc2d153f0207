using GlanceStore.Drivers;

namespace GlanceStore.Transfer;

/// <summary>The manifest of an image while its chunks are written, in whatever order.</summary>
internal sealed class ChunkEntries
{
    private readonly Lock _lock = new();
    private readonly List<ChunkEntry> _entries = [];

    public void Set(int index, int length, ulong checksum)
    {
        if (length == 0)
        {
            return; // the one chunk of an empty image
        }

        lock (_lock)
        {
            while (_entries.Count <= index)
            {
                _entries.Add(default);
            }

            _entries[index] = new ChunkEntry(length, checksum);
        }
    }

    public WriteSummary Summarize(IReadOnlyList<Digest> digests)
    {
        var manifest = new ChunkManifest(_entries);
        return new WriteSummary(manifest.Size, manifest, digests);
    }
}
