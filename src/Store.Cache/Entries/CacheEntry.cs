using GlanceStore.Cache.Files;
using GlanceStore.Cache.Reading;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cache.Entries;

/// <summary>One image in the cache, opened by this process: its file, and which chunks of it are there and right.</summary>
/// <remarks>A chunk counts as right once this process has fetched it or compared it, and until the time to compare it again has come.</remarks>
internal sealed partial class CacheEntry : IAsyncDisposable
{
    private readonly SafeFileHandle _lease;
    private readonly CacheSpace _space;
    private readonly ImageCacheOptions _options;
    private readonly Journal _journal;
    private readonly SharedWork<int> _loads = new();
    private readonly Lock _lock = new();
    private readonly bool[] _there;
    private readonly bool[] _wasThere;
    private readonly List<EntryImage> _former = [];
    private volatile EntryImage _image; // taken once by whoever uses it: what is known of one file is not known of the next

    public CacheEntry(EntryName name, EntryFiles files, SafeFileHandle lease, ChunkManifest chunks, CacheSpace space, ImageCacheOptions options)
    {
        (Name, Files, Chunks, _lease, _space, _options) = (name, files, chunks, lease, space, options);
        _there = new bool[chunks.Count];
        _wasThere = new bool[chunks.Count];
        _journal = new Journal(files.Journal, options.Time);
        _image = new EntryImage(files.Image, chunks, options);
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
        if (!EntryFiles.IsStill(Files.Image, _image.File))
        {
            var former = _image; // who reads it reads on
            _image = new EntryImage(Files.Image, Chunks, _options);
            _former.Add(former);
        }
    }

    public bool IsRight(int index) => _image.IsRight(index);

    public bool IsThere(int index) => Volatile.Read(ref _there[index]);

    /// <summary>Fills the buffer with bytes of a chunk. False where the chunk is to be compared before, or the file was cut.</summary>
    public async ValueTask<bool> TryReadAsync(int index, long within, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var (image, offset) = (_image, Chunks.OffsetOf(index) + within);
        if (!image.IsCompared(index))
        {
            return false;
        }

        while (!buffer.IsEmpty)
        {
            var count = await RandomAccess.ReadAsync(image.File, buffer, offset, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                image.Doubt(index);
                return false;
            }

            (offset, buffer) = (offset + count, buffer[count..]);
        }

        return true;
    }

    /// <summary>Digests a chunk as it is on the disk. False where it is not right any more.</summary>
    public async Task<bool> DigestAsync(int index, System.Security.Cryptography.IncrementalHash digest, CancellationToken cancellationToken)
    {
        var (image, chunk) = (_image, Chunks[index]);
        if (await ChunkBytes.ChecksumAsync(image.File, Chunks.OffsetOf(index), chunk.Length, digest, cancellationToken).ConfigureAwait(false) == chunk.Checksum)
        {
            return true;
        }

        image.Doubt(index);
        return false;
    }

    /// <summary>Has a chunk compared again before it is used again.</summary>
    public void Doubt(int index) => _image.Doubt(index);

    /// <summary>Where bytes are stored, and where holes are, of a stretch of one chunk; all of it is data where the chunk is to be compared before.</summary>
    public (bool IsData, long End) ExtentAt(int index, long offset, long end)
    {
        var image = _image;
        if (!image.IsRight(index))
        {
            return (true, end);
        }

        var data = LinuxCalls.NextData(image.File, offset) ?? end;
        if (data == offset)
        {
            return (true, Math.Min(LinuxCalls.NextHole(image.File, offset) ?? end, end));
        }

        return image.IsCut ? (true, end) : (false, Math.Min(data, end)); // looked at last: what was cut off looks like a hole
    }

    public void Flush() => CacheErrors.Map($"keep {Files.Image}", () => DiskFlush.Of(_image.File, Files.Image));

    public async ValueTask DisposeAsync()
    {
        await _loads.EndAsync().ConfigureAwait(false);
        _journal.Dispose();
        _image.Dispose();
        _former.ForEach(file => file.Dispose());
        _lease.Dispose();
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
