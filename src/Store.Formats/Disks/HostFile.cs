using System.Buffers.Binary;

namespace GlanceStore.Formats.Disks;

/// <summary>The file that a disk is in: bytes for the disk, and tables, of which pages are kept.</summary>
internal sealed class HostFile : IAsyncDisposable
{
    private const int PageBytes = 64 << 10;

    private readonly Stream _image;
    private readonly Stream _tables;
    private readonly int _mostPages;
    private readonly Dictionary<long, LinkedListNode<(long Index, byte[] Bytes)>> _pages = [];
    private readonly LinkedList<(long Index, byte[] Bytes)> _byUse = new();

    public HostFile(Stream image, string format, VirtualDiskOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CacheBytes, VirtualDiskOptions.LeastCacheBytes, nameof(options));
        (_image, _tables, Format) = (image, options.Tables ?? image, format);
        _mostPages = options.CacheBytes / PageBytes;
        Length = image.Length;
        if (_tables.Length != Length)
        {
            throw new StoreException(StoreError.Changed, "The image changed between being opened for its tables and for its bytes.");
        }
    }

    public string Format { get; }

    public long Length { get; }

    /// <summary>Counts memory that is kept for the disk, where the image is a stored one, in its store's budget.</summary>
    public void CountKept(long bytes) => (_image as ImageReadStream)?.CountKept(bytes);

    /// <summary>Whether a piece of the file is in it.</summary>
    public bool Holds(ulong offset, ulong length) => offset <= (ulong)Length && length <= (ulong)Length - offset;

    /// <summary>Reads bytes of the disk.</summary>
    public async ValueTask ReadAsync(long offset, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        if (!Holds((ulong)offset, (ulong)bytes.Length))
        {
            throw Corrupted($"its bytes from {offset} on are beyond the end of the file");
        }

        await ReadAsync(_image, offset, bytes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a header, which is not kept.</summary>
    public async ValueTask<byte[]> HeaderAsync(long offset, int length, CancellationToken cancellationToken)
    {
        if (!Holds((ulong)offset, (ulong)length))
        {
            throw Corrupted("it ends within a header");
        }

        var bytes = new byte[length];
        await ReadAsync(_tables, offset, bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    public async ValueTask<ulong> BigEndian64Async(long offset, CancellationToken cancellationToken) =>
        BinaryPrimitives.ReadUInt64BigEndian((await EntriesAsync(offset, sizeof(ulong), cancellationToken).ConfigureAwait(false)).Span);

    public async ValueTask<ulong> LittleEndian64Async(long offset, CancellationToken cancellationToken) =>
        BinaryPrimitives.ReadUInt64LittleEndian((await EntriesAsync(offset, sizeof(ulong), cancellationToken).ConfigureAwait(false)).Span);

    public async ValueTask<uint> BigEndian32Async(long offset, CancellationToken cancellationToken) =>
        BinaryPrimitives.ReadUInt32BigEndian((await EntriesAsync(offset, sizeof(uint), cancellationToken).ConfigureAwait(false)).Span);

    public async ValueTask<uint> LittleEndian32Async(long offset, CancellationToken cancellationToken) =>
        BinaryPrimitives.ReadUInt32LittleEndian((await EntriesAsync(offset, sizeof(uint), cancellationToken).ConfigureAwait(false)).Span);

    /// <summary>The entries of a table from an offset on, to the end of the page they are in; at least one, which lies within a page.</summary>
    public ValueTask<ReadOnlyMemory<byte>> EntriesAsync(long offset, int entryBytes, CancellationToken cancellationToken)
    {
        var (index, within) = (offset / PageBytes, (int)(offset % PageBytes));
        if (!_pages.TryGetValue(index, out var page))
        {
            return LoadAsync(index, within, entryBytes, cancellationToken);
        }

        if (page != _byUse.First)
        {
            _byUse.Remove(page);
            _byUse.AddFirst(page);
        }

        return ValueTask.FromResult(EntriesOf(page.Value.Bytes, within, entryBytes));
    }

    public StoreException Corrupted(string what, Exception? cause = null) =>
        new(StoreError.Corrupted, $"The {Format} image cannot be read: {what}.", cause);

    public async ValueTask DisposeAsync()
    {
        await _image.DisposeAsync().ConfigureAwait(false);
        if (_tables != _image)
        {
            await _tables.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> LoadAsync(long index, int within, int entryBytes, CancellationToken cancellationToken)
    {
        var start = index * PageBytes;
        if (start < 0 || start >= Length)
        {
            throw Corrupted("a table is beyond the end of the file");
        }

        var bytes = new byte[Math.Min(PageBytes, Length - start)];
        await ReadAsync(_tables, start, bytes, cancellationToken).ConfigureAwait(false);
        CountKept(bytes.Length);
        _pages[index] = _byUse.AddFirst((index, bytes));
        if (_pages.Count > _mostPages)
        {
            CountKept(-_byUse.Last!.Value.Bytes.Length);
            _pages.Remove(_byUse.Last.Value.Index);
            _byUse.RemoveLast();
        }

        return EntriesOf(bytes, within, entryBytes);
    }

    private ReadOnlyMemory<byte> EntriesOf(byte[] page, int within, int entryBytes) => within + entryBytes <= page.Length
        ? page.AsMemory(within)
        : throw Corrupted("a table is beyond the end of the file");

    private async ValueTask ReadAsync(Stream stream, long offset, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        stream.Position = offset;
        try
        {
            await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (EndOfStreamException e)
        {
            throw new StoreException(StoreError.Changed, "The image became shorter while it was read.", e);
        }
    }
}
