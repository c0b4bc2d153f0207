namespace GlanceStore.Transfer;

/// <summary>
/// The stores that one image is read from, the best first. Each is tried once before any is tried with patience, and one that fails for
/// good is not asked again; who reads goes on at the same byte in the next.
/// </summary>
internal sealed class ReadSources(IProgress<StoreException>? failovers) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<ReadSource> _all = [];
    private readonly List<StoreException> _absent = [];
    private ReadSource? _settled;

    /// <summary>Takes a store, in the order of preference.</summary>
    public void Add(ReadSource source) => _all.Add(source);

    /// <summary>Takes the word that a store is not there.</summary>
    public void AddAbsent(StoreException reason) => _absent.Add(reason);

    /// <summary>The next store to ask, and how patiently; null where nothing more is expected of any.</summary>
    public (ReadSource Source, ReadPatience Patience)? Next()
    {
        lock (_lock)
        {
            if (_settled is not null || IsAlone)
            {
                return (_settled ?? _all[0], ReadPatience.Retry);
            }

            var hopeful = _all.Where(source => source.Strikes < 2).OrderBy(source => source.Strikes).ToList();
            return hopeful.Count == 0
                ? null
                : (hopeful[0], hopeful.Count > 1 && hopeful[0].Strikes == 0 ? ReadPatience.Once : ReadPatience.Retry);
        }
    }

    /// <summary>
    /// Whom to ask a second time for a piece that is late: another store than the one asked now where the piece can be verified, else the same
    /// one, pinned to its version. Null where neither will do.
    /// </summary>
    public ReadSource? Second(bool isVerified)
    {
        lock (_lock)
        {
            if (Next() is not { Source: var asked })
            {
                return null;
            }

            var other = _settled is null && isVerified
                ? _all.Find(source => source != asked && source.Strikes == 0 && source.CanReadRanges)
                : null;
            return other ?? (asked.CanReadRanges && (isVerified || asked.Stored?.VersionTag is not null) ? asked : null);
        }
    }

    /// <summary>Notes a failure. False where there was only one store from the beginning, whose error then says all.</summary>
    public bool FailOver(ReadSource source, ReadPatience patience, StoreException failure)
    {
        lock (_lock)
        {
            if (IsAlone)
            {
                return false;
            }

            source.Fail(failure, patience);
        }

        failovers?.Report(failure.During("read", source.Store.Id, source.Location));
        return true;
    }

    /// <summary>Turns to no other store any more.</summary>
    public void SettleOn(ReadSource source)
    {
        lock (_lock)
        {
            _settled = source;
        }
    }

    /// <summary>Notes that a store which had failed before serves again.</summary>
    public void Succeed(ReadSource source, ReadPatience patience)
    {
        lock (_lock)
        {
            if (patience == ReadPatience.Retry)
            {
                source.Succeed();
            }
        }
    }

    /// <summary>The error where no store can give the image: what each of them said. A read that is made again may find one that can.</summary>
    public StoreException AllDead()
    {
        lock (_lock)
        {
            _all.ForEach(source => source.Forgive());
            StoreException[] failures = [.. _all.Select(source => source.Failure).OfType<StoreException>(), .. _absent];
            var same = failures.Select(failure => failure.Error).Distinct().ToArray();
            var reasons = _all.Where(source => source.Failure is not null).Select(source => $"'{source.Store.Id}': {source.Failure!.Message}")
                .Concat(_absent.Select(reason => reason.Message));
            return new StoreException(same is [var only] ? only : StoreError.Unavailable,
                $"None of {failures.Length} stores gives the image. {string.Join(' ', reasons)}", failures[0])
            {
                IsTransient = failures.Any(failure => failure.IsTransient),
            };
        }
    }

    private bool IsAlone => _all.Count == 1 && _absent.Count == 0;

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _all)
        {
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }
}
