using GlanceStore.Cache.Files;
using GlanceStore.Cache.Reading;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cache.Entries;

/// <summary>One image in the cache, opened by this process: its file, and which chunks of it are there and right.</summary>
/// <remarks>A chunk counts as right once this process has fetched it or compared it, and until the time to compare it again has come.</remarks>
internal sealed partial class CacheEntry : IAsyncDisposable
{
    private const long Never = long.MinValue;

    private readonly SafeFileHandle _lease;
    private readonly CacheSpace _space;
    private readonly ImageCacheOptions _options;
    private readonly Journal _journal;
    private readonly SharedWork<int> _loads = new();
    private readonly Lock _lock = new();
    private readonly bool[] _there;
    private readonly bool[] _wasThere;
    private readonly long[] _rightSince;
    private readonly List<SafeFileHandle> _former = [];
    private volatile SafeFileHandle _image;

    public CacheEntry(EntryName name, EntryFiles files, SafeFileHandle lease, ChunkManifest chunks, CacheSpace space, ImageCacheOptions options)
    {
        (Name, Files, Chunks, _lease, _space, _options) = (name, files, chunks, lease, space, options);
        _there = new bool[chunks.Count];
        _wasThere = new bool[chunks.Count];
        _rightSince = new long[chunks.Count];
        Array.Fill(_rightSince, Never);
        _journal = new Journal(files.Journal, options.Time);
        _image = OpenImage();
        Refresh();
    }

    public EntryName Name { get; private set; }

    public EntryFiles Files { get; private set; }

    public string ImagePath => Files.Image;

    public ChunkManifest Chunks { get; }

    public long Size => Chunks.Size;

    /// <summary>How many use it in this process. Its table's to change.</summary>
    public int Users { get; set; }

    /// <summary>Whether its directory is still the one that was opened.</summary>
    public bool IsStill => EntryFiles.IsStill(Files.Lock, _lease);

    /// <summary>Whether another directory is this entry's now: another process has given it its name.</summary>
    public bool IsAt(EntryFiles files) => EntryFiles.IsStill(files.Lock, _lease);

    public void MoveTo(EntryName name, EntryFiles files) => (Name, Files) = (name, files);

    /// <summary>Notes that a use begins; opens the file again where it was removed or replaced.</summary>
    public void Begin()
    {
        File.SetLastWriteTimeUtc(_lease, _options.Time.GetUtcNow().UtcDateTime);
        if (!EntryFiles.IsStill(Files.Image, _image))
        {
            var former = _image; // who reads it reads on
            _image = OpenImage();
            _former.Add(former);
            Array.Fill(_rightSince, Never);
        }

        Users++;
    }

    public bool IsRight(int index) =>
        Volatile.Read(ref _rightSince[index]) is var since && since != Never && _options.Time.GetElapsedTime(since) < _options.ReverifyAfter;

    public bool IsThere(int index) => Volatile.Read(ref _there[index]);

    /// <summary>Reads bytes of chunks that are right; fewer where the file was cut.</summary>
    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        RandomAccess.ReadAsync(_image, buffer, offset, cancellationToken);

    /// <summary>Digests a chunk as it is on the disk. False where it is not right any more.</summary>
    public async Task<bool> DigestAsync(int index, System.Security.Cryptography.IncrementalHash digest, CancellationToken cancellationToken)
    {
        if (await ChunkBytes.ChecksumAsync(_image, Chunks.OffsetOf(index), Chunks[index].Length, digest, cancellationToken).ConfigureAwait(false) == Chunks[index].Checksum)
        {
            return true;
        }

        Doubt(index);
        return false;
    }

    /// <summary>Has a chunk compared again before it is used again.</summary>
    public void Doubt(int index) => Volatile.Write(ref _rightSince[index], Never);

    /// <summary>Where bytes are stored, and where holes are, of a stretch that is right.</summary>
    public (bool IsData, long End) ExtentAt(long offset, long end)
    {
        var data = LinuxCalls.NextData(_image, offset) ?? end;
        return data > offset
            ? (false, Math.Min(data, end))
            : (true, Math.Min(LinuxCalls.NextHole(_image, offset) ?? end, end));
    }

    public void Flush() => CacheErrors.Map($"keep {Files.Image}", () => DiskFlush.Of(_image, Files.Image));

    public async ValueTask DisposeAsync()
    {
        await _loads.EndAsync().ConfigureAwait(false);
        _journal.Dispose();
        _image.Dispose();
        _former.ForEach(file => file.Dispose());
        _lease.Dispose();
    }

    private SafeFileHandle OpenImage()
    {
        var image = EntryFiles.Open(Files.Image);
        if (RandomAccess.GetLength(image) != Size)
        {
            RandomAccess.SetLength(image, Size);
        }

        return image;
    }

    private void Refresh()
    {
        lock (_lock)
        {
            foreach (var record in _journal.ReadNew().Where(record => record.Index >= 0 && record.Index < _there.Length))
            {
                _there[record.Index] = record.IsThere && record.Checksum == Chunks[record.Index].Checksum;
                _wasThere[record.Index] |= record.IsThere;
            }
        }
    }
}
