namespace GlanceStore.Cli.Serving;

/// <summary>A stored image that many read at once and in any order: by whole chunks, each fetched once for all who want it and kept for a while.</summary>
/// <remarks>
/// With a manifest a chunk is verified before a byte of it is here. Without one all chunks are of the version that was found. Whoever reads one chunk after the
/// other finds the next one on its way.
/// </remarks>
internal sealed class ServedImage : IAsyncDisposable
{
    private const long MostBytes = 128L << 20;
    private const int LeastChunks = 4; // two that are read, and the next of each
    private const int UnverifiedChunkBytes = 1 << 20;

    private readonly ImageStores _stores;
    private readonly StoredObject _object;
    private readonly ChunkManifest? _manifest;
    private readonly int _longest;
    private readonly int _most;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, KeptChunk> _kept = [];
    private readonly HashSet<Task> _fetching = [];
    private readonly CancellationTokenSource _closing = new();
    private TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _clock;

    public ServedImage(ImageStores stores, StoredObject found, ChunkManifest? manifest)
    {
        (_stores, _object, _manifest) = (stores, found, manifest);
        _longest = manifest is null ? UnverifiedChunkBytes : (int)Math.Min(manifest.LargestChunk, Array.MaxLength);
        _most = (int)Math.Max(LeastChunks, MostBytes / Math.Max(1, _longest));
    }

    public long Size => _object.Size;

    /// <summary>Fills a buffer with the bytes from an offset on, which are all there.</summary>
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            var chunk = await HoldAsync(IndexAt(offset), cancellationToken);
            try
            {
                await chunk.Fetched.WaitAsync(cancellationToken);
                var range = RangeOf(chunk.Index);
                var at = (int)(offset - range.Offset);
                var count = (int)Math.Min(buffer.Length, range.Length!.Value - at);
                chunk.Bytes.AsSpan(at, count).CopyTo(buffer.Span);
                offset += count;
                buffer = buffer[count..];
            }
            finally
            {
                Release(chunk);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        Task[] fetching;
        lock (_lock)
        {
            fetching = [.. _fetching];
        }

        await Task.WhenAll(fetching);
        _closing.Dispose();
    }

    private int IndexAt(long offset) => _manifest?.IndexAt(offset) ?? (int)(offset / UnverifiedChunkBytes);

    private ByteRange RangeOf(int index) => _manifest is null
        ? new ByteRange((long)index * UnverifiedChunkBytes, Math.Min(UnverifiedChunkBytes, Size - ((long)index * UnverifiedChunkBytes)))
        : new ByteRange(_manifest.OffsetOf(index), _manifest[index].Length);

    private async ValueTask<KeptChunk> HoldAsync(int index, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task freed;
            lock (_lock)
            {
                if (Find(index) is { } chunk)
                {
                    chunk.Users++;
                    chunk.Used = ++_clock;
                    FetchAhead(index);
                    return chunk;
                }

                freed = _freed.Task;
            }

            await freed.WaitAsync(cancellationToken);
        }
    }

    // The one after a chunk that was read in turn, unless there is no room but that of one in use.
    private void FetchAhead(int index)
    {
        if (_kept.ContainsKey(index - 1) && RangeOf(index) is var range && range.Offset + range.Length < Size)
        {
            Find(index + 1);
        }
    }

    // Kept or begun to be fetched; null where every chunk that is kept is in use.
    private KeptChunk? Find(int index)
    {
        if (_kept.TryGetValue(index, out var kept))
        {
            return kept;
        }

        byte[]? bytes = null;
        if (_kept.Count == _most)
        {
            if (_kept.Values.Where(chunk => chunk.Users == 0 && chunk.Fetched.IsCompleted).MinBy(chunk => chunk.Used) is not { } oldest)
            {
                return null;
            }

            _kept.Remove(oldest.Index);
            bytes = oldest.Bytes;
        }

        var begun = new KeptChunk(index, bytes ?? GC.AllocateUninitializedArray<byte>(_longest)) { Used = ++_clock };
        _kept.Add(index, begun);
        _fetching.Add(FetchAsync(begun));
        return begun;
    }

    private void Release(KeptChunk chunk)
    {
        lock (_lock)
        {
            if (--chunk.Users == 0)
            {
                Tell();
            }
        }
    }

    private async Task FetchAsync(KeptChunk chunk)
    {
        await Task.Yield(); // out of the lock
        try
        {
            var range = RangeOf(chunk.Index);
            await using var part = await _stores.OpenReadAsync([_object.Location], new ReadOptions { Range = range, Manifest = _manifest }, _closing.Token);
            if (part.Object.Size != Size || (_manifest is null && part.Object.VersionTag != _object.VersionTag))
            {
                throw new StoreException(StoreError.Changed, $"The image at '{_object.Location}' was replaced while it was served.");
            }

            await part.ReadExactlyAsync(chunk.Bytes.AsMemory(0, (int)range.Length!.Value), _closing.Token);
            chunk.Complete();
        }
        catch (Exception e)
        {
            lock (_lock)
            {
                _kept.Remove(chunk.Index); // the next who wants it tries again
            }

            chunk.Fail(e);
        }

        lock (_lock)
        {
            _fetching.RemoveWhere(task => task.IsCompleted);
            Tell();
        }
    }

    private void Tell()
    {
        _freed.TrySetResult();
        _freed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
