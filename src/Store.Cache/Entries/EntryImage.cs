using GlanceStore.Cache.Files;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cache.Entries;

/// <summary>The file of an entry as it was opened once, and since when which of its chunks count as right: of a file that takes its place, nothing is known.</summary>
internal sealed class EntryImage : IDisposable
{
    private const long Never = long.MinValue;

    private readonly long[] _rightSince;
    private readonly long _size;
    private readonly HostDisk _disk;
    private readonly ImageCacheOptions _options;

    public EntryImage(EntryFiles files, ChunkManifest chunks, ImageCacheOptions options)
    {
        (_size, _disk, _options) = (chunks.Size, files.Disk, options);
        _rightSince = new long[chunks.Count];
        Array.Fill(_rightSince, Never);
        File = _disk.Open(files.Image);
        try
        {
            if (_disk.LengthOf(File) != _size)
            {
                _disk.Resize(File, _size);
            }
        }
        catch
        {
            File.Dispose();
            throw;
        }
    }

    public SafeFileHandle File { get; }

    /// <summary>Whether somebody has made the file shorter.</summary>
    public bool IsCut => _disk.LengthOf(File) < _size;

    /// <summary>Whether a chunk was compared, and no doubt has come up since.</summary>
    public bool IsCompared(int index) => Volatile.Read(ref _rightSince[index]) != Never;

    /// <summary>Whether a chunk was compared, and the time to compare it again has not come.</summary>
    public bool IsRight(int index) =>
        Volatile.Read(ref _rightSince[index]) is var since && since != Never && _options.Time.GetElapsedTime(since) < _options.ReverifyAfter;

    /// <summary>Notes that a chunk is right.</summary>
    public void Trust(int index) => Volatile.Write(ref _rightSince[index], _options.Time.GetTimestamp());

    /// <summary>Has a chunk compared again before it is used again.</summary>
    public void Doubt(int index) => Volatile.Write(ref _rightSince[index], Never);

    public void Dispose() => File.Dispose();
}
