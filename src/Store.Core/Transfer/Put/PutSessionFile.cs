using GlanceStore.Drivers;

namespace GlanceStore.Transfer;

/// <summary>
/// Keeps the session of one put in its file. A put without a session has one of these too, which does nothing, so that there is one path.
/// </summary>
internal sealed class PutSessionFile : IAsyncDisposable
{
    // Each save writes all chunks, so it is made when their number has grown by this part: in all, that many times the file's last length.
    private const int SavesPerDoubling = 64;

    private readonly string? _path;
    private readonly PutSession? _resumed;
    private readonly int _lastOfResumed;
    private readonly Dictionary<int, ChunkEntry> _new = [];
    private readonly SemaphoreSlim _turn = new(1);
    private PutSession? _session;
    private int _checked = -1;
    private int _unsaved;
    private bool _isOver;

    private PutSessionFile(string? path, PutSession? resumed)
    {
        (_path, _resumed) = (path, resumed);
        _lastOfResumed = resumed is { Written.Count: > 0 } ? resumed.Written.Keys.Max() : -1;
    }

    /// <summary>Whether there is a session at all.</summary>
    public bool IsKept => _path is not null;

    /// <summary>The session that is gone on with; null where the put begins.</summary>
    public PutSession? Resumed => _resumed;

    /// <summary>Checks the session that a put is to go on with, or makes sure that a new one can be kept.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidSession"/>: it is of another image or store, or its file cannot be made;
    /// <see cref="StoreError.Unsupported"/>: the store's uploads cannot be opened again, or there are several stores.
    /// </exception>
    public static PutSessionFile Open(PutOptions put, ImageId id, IReadOnlyList<PutTarget> targets)
    {
        if (put.SessionFile is not { } path)
        {
            return put.Resume is null ? new PutSessionFile(null, null) : throw new ArgumentException("Resume needs the SessionFile to keep it in.", nameof(put));
        }

        if (targets is not [var target])
        {
            throw new StoreException(StoreError.Unsupported, "A put into several stores keeps no session: put the image into one of them and copy it.");
        }

        target.Store.Require(target.Store.Driver.GetFeature<IResumableWrites>() is not null, "cannot go on with an upload, so it keeps no session");
        if (put.Resume is { } session)
        {
            Check(session, id, target.Store.Id);
            return new PutSessionFile(path, session) { _session = session };
        }

        Claim(path);
        return new PutSessionFile(path, null);
    }

    /// <summary>The plan that the put began with, else a new one.</summary>
    public ChunkPlan PlanOr(Func<ChunkPlan> begin) => _resumed is null ? begin() : ChunkPlan.Of(_resumed.Plan);

    /// <summary>The size the put began with is the size it goes on with.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.SizeMismatch"/></exception>
    public SizeContract SizeOr(SizeContract size) => _resumed?.Size is not { } before || before == size.Declared || size.Declared is null
        ? size with { Declared = size.Declared ?? _resumed?.Size }
        : throw new StoreException(StoreError.SizeMismatch,
            $"The source has {size.Declared} bytes, and the session is of an image of {before}: it is another source, so nothing was changed.");

    /// <summary>Whether a stored image may be that of the session that is gone on with.</summary>
    public bool MayHaveStored(StoredObject image) => _resumed is { } before && (before.Size ?? image.Size) == image.Size;

    /// <summary>Compares a chunk of the source with what the session has of it. Called in order, before the chunk is written anywhere.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Corrupted"/>: it is another source.</exception>
    public void Check(PutChunk chunk)
    {
        if (Find(chunk.Index) is { } known && (known.Length != chunk.Length || known.Checksum != chunk.Checksum))
        {
            throw OtherSource($"chunk {chunk.Index} has another checksum");
        }

        if (chunk.IsLast && chunk.Index < _lastOfResumed)
        {
            throw OtherSource($"it ends before chunk {_lastOfResumed}");
        }

        Volatile.Write(ref _checked, chunk.Index);
    }

    /// <summary>Whether an earlier writer of the upload has written the chunk.</summary>
    public bool Has(Chunk chunk) => Find(chunk.Index) is not null;

    /// <summary>Notes that the upload is open, before anything is written to it.</summary>
    public async Task BeginAsync(PutTarget target, long? size, ChunkPlan plan)
    {
        if (IsKept && _session is null)
        {
            var token = target.Token ?? throw new StoreException(StoreError.Unsupported, $"The store '{target.Store.Id}' opened an upload without a token.");
            _session = new PutSession(target.Store.Id, target.Id, token, plan.Runs) { Size = size };
            await SaveInTurnAsync(always: true).ConfigureAwait(false);
        }
    }

    /// <summary>Notes a chunk that has been written, or was found to be.</summary>
    public async ValueTask RecordAsync(Chunk chunk)
    {
        if (IsKept && !Has(chunk))
        {
            await _turn.WaitAsync().ConfigureAwait(false);
            try
            {
                _new[chunk.Index] = new ChunkEntry(chunk.Length, chunk.Checksum);
                _unsaved++;
                await SaveAsync(always: false).ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    /// <summary>The image is stored, so that there is nothing to go on with. What cannot be removed leads nowhere and does no harm.</summary>
    public void End()
    {
        if (IsKept)
        {
            _isOver = true;
            Remove();
        }
    }

    /// <summary>Saves what there is to go on with. A session that never came to an upload goes again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (IsKept && !_isOver)
        {
            await EndUnfinishedAsync().ConfigureAwait(false);
        }

        _turn.Dispose();
    }

    private async Task EndUnfinishedAsync()
    {
        try
        {
            if (_session is null)
            {
                Remove();
                return;
            }

            await SaveInTurnAsync(always: _unsaved > 0).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            // The put failed for a reason of its own; what was saved last is still true.
        }
    }

    private async Task SaveInTurnAsync(bool always)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            await SaveAsync(always).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    // A chunk that lies between those of the session may have come from another source as long as not all of those were compared.
    private async Task SaveAsync(bool always)
    {
        var known = _resumed?.Written.Count ?? 0;
        if (Volatile.Read(ref _checked) < _lastOfResumed || !(always || _unsaved * SavesPerDoubling >= known + _new.Count))
        {
            return;
        }

        var written = _resumed is null ? new Dictionary<int, ChunkEntry>(_new) : new Dictionary<int, ChunkEntry>(_resumed.Written.Concat(_new));
        await WriteAsync(_session! with { Written = written }).ConfigureAwait(false);
        _unsaved = 0;
    }

    // The old session or the new one, whole, whenever the process or the machine stops.
    private async Task WriteAsync(PutSession session)
    {
        var next = NextOf(_path!);
        try
        {
            // Whatever has that name, a pipe perhaps, is not what is written to.
            File.Delete(next);
            var file = new FileStream(next, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(session.ToJson())).ConfigureAwait(false);
                DiskFlush.Of(file.SafeFileHandle, next);
            }

            File.Move(next, _path!, overwrite: true);
            DiskFlush.OfDirectory(_path!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(_path!, e);
        }
    }

    private void Remove()
    {
        try
        {
            File.Delete(NextOf(_path!));
            File.Delete(_path!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private ChunkEntry? Find(int index) => _resumed is not null && _resumed.Written.TryGetValue(index, out var entry) ? entry : null;

    private static string NextOf(string path) => path + ".next";

    private static void Check(PutSession session, ImageId id, string storeId)
    {
        if (!string.Equals(session.StoreId, storeId, StringComparison.OrdinalIgnoreCase))
        {
            throw new StoreException(StoreError.InvalidSession, $"The session is of a put into the store '{session.StoreId}', and this one goes into '{storeId}'.");
        }

        if (session.Id != id)
        {
            throw new StoreException(StoreError.InvalidSession, $"The session is of the image '{session.Id}', and this one is '{id}'.");
        }
    }

    private static void Claim(string path)
    {
        try
        {
            new FileStream(path, FileMode.CreateNew, FileAccess.Write).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw File.Exists(path)
                ? new StoreException(StoreError.InvalidSession, $"The session file '{path}' is there already: go on with that put, or remove the file.", e)
                : Unwritable(path, e);
        }
    }

    private static StoreException Unwritable(string path, Exception e) =>
        new(StoreError.InvalidSession, $"The session file '{path}' cannot be written: {e.Message}", e);

    private static StoreException OtherSource(string why) =>
        new(StoreError.Corrupted, $"The source is not the one that the session is of ({why}), so the session and its chunks stay as they are.");
}
