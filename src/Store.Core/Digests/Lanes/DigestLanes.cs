using GlanceStore.Transfer;

namespace GlanceStore.Digests;

/// <summary>
/// Computes all digests of the process, as many of one kind side by side as are ready: a vector unit takes the blocks of several in the time of one or
/// two. No digest waits for another to be ready, and none for longer than a turn, which is about a millisecond.
/// </summary>
/// <remarks>
/// A turn is a work item of its own, so that reads and writes get theirs on a machine of few cores. There are as many turns at once as cores; where
/// more of those are free, each takes fewer digests. Nothing is copied: what a turn reads are the chunks themselves.
/// </remarks>
/// <param name="workers">How many turns there are at once, at most.</param>
/// <param name="hashes">What is computed here; the platform computes the others.</param>
/// <param name="turnBytes">How many bytes one digest takes in a turn alone. Several take as long, and fewer bytes each.</param>
internal sealed class DigestLanes(int workers, IReadOnlyDictionary<string, BlockHash> hashes, int turnBytes = DigestLanes.TurnBytes) : IThreadPoolWorkItem
{
    // A millisecond and a half of MD5: long beside what it costs to begin a turn, short beside a disk's or a network's answer.
    private const int TurnBytes = 1 << 20;

    private readonly Lock _lock = new();
    private readonly DigestBank _platform = new(null);
    private readonly Dictionary<string, DigestBank> _banks =
        hashes.ToDictionary(hash => hash.Key, hash => new DigestBank(hash.Value), StringComparer.Ordinal);

    private long _clock;
    private int _begun;
    private int _inTurn;

    /// <summary>The process's own.</summary>
    public static DigestLanes Shared { get; } = new(Environment.ProcessorCount, BlockHashes.Used);

    private int ReadyCount => Banks.Sum(bank => bank.Count);

    private IEnumerable<DigestBank> Banks => _banks.Values.Append(_platform);

    /// <summary>Begins a digest.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: the algorithm is not known here.</exception>
    public RunningDigest Begin(string algorithm)
    {
        var name = DigestAlgorithms.NameOf(algorithm);
        var kind = _banks.GetValueOrDefault(algorithm, _platform);
        lock (_lock)
        {
            kind.Begun++;
        }

        return new RunningDigest(this, kind, _platform, name);
    }

    /// <summary>
    /// Has digests take the same bytes; the buffer is kept until then. A chunk's own digest is taken beside that of the whole, where there is one of its
    /// kind: both in one turn, which costs next to nothing more, instead of the first on a core of its own and the second on its own later.
    /// </summary>
    /// <param name="whole">Those that the bytes are a part of.</param>
    /// <param name="ofChunk">Those of these bytes alone, which have taken nothing yet.</param>
    /// <param name="buffer">The bytes, and more.</param>
    /// <param name="length">How many they are.</param>
    public void Append(ReadOnlySpan<RunningDigest> whole, ReadOnlySpan<RunningDigest> ofChunk, ChunkBuffer buffer, int length)
    {
        int turns;
        lock (_lock)
        {
            foreach (var digest in ofChunk)
            {
                digest.Hold(buffer, length);
                if (FindBeside(whole, digest.Bank) is null)
                {
                    Ready(digest);
                }
            }

            foreach (var digest in whole)
            {
                digest.Enqueue(buffer, length, FindBeside(ofChunk, digest.Bank));
            }

            turns = Claim();
        }

        StartTurns(turns);
    }

    /// <summary>Waits until a digest has taken everything.</summary>
    public Task WhenIdle(RunningDigest digest)
    {
        lock (_lock)
        {
            return digest.WhenIdle();
        }
    }

    /// <summary>Drops what a digest has not taken, and waits for the turn that it is in.</summary>
    public Task AbandonAsync(RunningDigest digest)
    {
        int turns;
        Task idle;
        lock (_lock)
        {
            digest.Abandon();
            idle = digest.WhenIdle();
            turns = Claim();
        }

        StartTurns(turns);
        return idle;
    }

    /// <summary>A digest has something to take, unless it was given up. Under the lock.</summary>
    public void Ready(RunningDigest digest)
    {
        if (digest.IsBusy)
        {
            digest.ReadySince = _clock++;
            digest.Bank.Add(digest);
        }
    }

    /// <summary>A turn.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        if (Pick() is not { } digests)
        {
            return;
        }

        Exception? failure = null;
        try
        {
            Take(digests);
        }
        catch (Exception e)
        {
            failure = e; // whoever waits for one of these digests gets it
        }

        End(digests, failure);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    // Of the kind whose first has waited longest; as many as are due to a core when all that are free take as many.
    private RunningDigest[]? Pick()
    {
        lock (_lock)
        {
            var free = workers - _inTurn;
            if (Banks.Where(bank => IsDue(bank, free)).MinBy(bank => bank.Since) is not { } bank)
            {
                _begun--;
                return null;
            }

            _inTurn++;
            var digests = bank.Take((ReadyCount + free - 1) / free);
            foreach (var digest in digests)
            {
                digest.BeginTurn();
            }

            digests[0].Bank.InTurn += digests.Length;

            return digests;
        }
    }

    private void End(RunningDigest[] digests, Exception? failure)
    {
        int turns;
        lock (_lock)
        {
            _inTurn--;
            digests[0].Bank.InTurn -= digests.Length;
            foreach (var digest in digests)
            {
                digest.EndTurn(failure);
                Ready(digest);
            }

            turns = Claim(going: 1);
        }

        StartTurns(turns);
    }

    // The last core is for what does not go as well in the next turn of those that are in one now: beside them it costs next to nothing.
    private static bool IsDue(DigestBank bank, int free) => bank.Count > 0 && (free > 1 || bank.IsWorthACore);

    // One digest is computed beside one of its kind.
    private static RunningDigest? FindBeside(ReadOnlySpan<RunningDigest> digests, DigestBank bank)
    {
        foreach (var digest in digests)
        {
            if (digest.Bank == bank && bank.Hash is not null)
            {
                return digest;
            }
        }

        return null;
    }

    // Turns for what is ready, on cores that have none, beside those that go on with some of it.
    private int Claim(int going = 0)
    {
        var free = workers - _inTurn;
        var turns = Math.Clamp(Banks.Where(bank => IsDue(bank, free)).Sum(bank => bank.Count) - going, 0, workers - _begun);
        _begun += turns;
        return turns;
    }

    private void StartTurns(int turns)
    {
        for (; turns > 0; turns--)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void Take(RunningDigest[] digests)
    {
        if (digests is [var only])
        {
            only.TakeAlone(turnBytes);
        }
        else
        {
            using var turn = new LaneTurn(digests[0].Bank.Hash!, digests.Length);
            turn.Take(digests, turnBytes);
        }
    }
}
