using System.Collections.Concurrent;
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
    private readonly HashSet<int> _told = [];
    private readonly ConcurrentDictionary<int, bool> _held = []; // chunks that another process has not ended for longer than a reader waits
    private readonly DamageLog _damages;
    private readonly List<EntryImage> _former = [];
    private volatile EntryImage _image; // taken once by whoever uses it: what is known of one file is not known of the next

    public CacheEntry(EntryName name, EntryFiles files, SafeFileHandle lease, ChunkManifest chunks, CacheSpace space, DamageLog damages, ImageCacheOptions options)
    {
        (Name, Files, Chunks, _lease, _space, _damages, _options) = (name, files, chunks, lease, space, damages, options);
        _there = new bool[chunks.Count];
        _wasThere = new bool[chunks.Count];
        _journal = new Journal(files, options.Time);
        try
        {
            Refresh();
            _image = new EntryImage(files, chunks, options);
        }
        catch
        {
            _journal.Dispose();
            throw;
        }
    }

    public EntryName Name { get; private set; }

    public EntryFiles Files { get; private set; }

    public string ImagePath => Files.Image;

    public ChunkManifest Chunks { get; }

    public long Size => Chunks.Size;

    /// <summary>How many use it in this process. Its table's to change.</summary>
    public int Users { get; set; }

    /// <summary>Whether its directory is still the one that was opened.</summary>
    public bool IsStill => Files.Disk.IsStill(Files.Lock, _lease);

    /// <summary>Whether another directory is this entry's now: another process has given it its name.</summary>
    public bool IsAt(EntryFiles files) => files.Disk.IsStill(files.Lock, _lease);

    public void MoveTo(EntryName name, EntryFiles files) => (Name, Files) = (name, files);

    /// <summary>Notes that a use begins: who was not used for longest goes first.</summary>
    public void Stamp() => Files.Disk.Stamp(_lease, _options.Time.GetUtcNow());

    /// <summary>Opens the file again where it was removed or replaced.</summary>
    public void Begin()
    {
        if (!Files.Disk.IsStill(Files.Image, _image.File))
        {
            var former = _image; // who reads it reads on
            _image = new EntryImage(Files, Chunks, _options);
            _former.Add(former);
        }
    }

    public bool IsRight(int index) => _image.IsRight(index);

    public bool IsThere(int index) => Volatile.Read(ref _there[index]);

    /// <summary>Fills the buffer with bytes of a chunk. False where the chunk is to be compared before, the file was cut, or the disk does not give it back.</summary>
    public async ValueTask<bool> TryReadAsync(int index, long within, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var (image, offset) = (_image, Chunks.OffsetOf(index) + within);
        if (!image.IsCompared(index))
        {
            return false;
        }

        while (!buffer.IsEmpty)
        {
            var count = await TryReadAsync(image, buffer, offset, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                image.Doubt(index);
                return false;
            }

            (offset, buffer) = (offset + count, buffer[count..]);
        }

        return true;
    }

    private async ValueTask<int> TryReadAsync(EntryImage image, Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        try
        {
            return await Files.Disk.ReadAsync(image.File, buffer, offset, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Digests a chunk as it is on the disk. False where it is not right any more.</summary>
    public async Task<bool> DigestAsync(int index, System.Security.Cryptography.IncrementalHash digest, CancellationToken cancellationToken)
    {
        var (image, chunk) = (_image, Chunks[index]);
        if (await ChunkBytes.TryChecksumAsync(Files.Disk, image.File, Chunks.OffsetOf(index), chunk.Length, digest, cancellationToken).ConfigureAwait(false) == chunk.Checksum)
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

        try
        {
            var data = Files.Disk.NextData(image.File, offset) ?? end;
            if (data == offset)
            {
                return (true, Math.Min(Files.Disk.NextHole(image.File, offset) ?? end, end));
            }

            return image.IsCut ? (true, end) : (false, Math.Min(data, end)); // looked at last: what was cut off looks like a hole
        }
        catch (IOException)
        {
            return (true, end);
        }
    }

    public void Flush() => CacheErrors.Map($"keep {Files.Image}", () => Files.Disk.Flush(_image.File, Files.Image));

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
