namespace GlanceStore.Digests;

/// <summary>The digests of one kind that have something to take, in the order in which they had it.</summary>
/// <param name="hash">What is computed here; null for those that the platform computes, one at a time.</param>
internal sealed class DigestBank(BlockHash? hash)
{
    private readonly Queue<RunningDigest> _ready = new();

    /// <summary>How many there are.</summary>
    public int Count => _ready.Count;

    /// <summary>Since when the first has been waiting; null where there is none.</summary>
    public long? Since => _ready.TryPeek(out var first) ? first.ReadySince : null;

    public BlockHash? Hash => hash;

    /// <summary>How many are in turns now.</summary>
    public int InTurn { get; set; }

    /// <summary>Whether those that are ready would hold up those that are in a turn now, if they were taken beside them in the next one.</summary>
    public bool IsWorthACore => hash?.IsHeldUp(InTurn, Count) ?? true;

    /// <summary>How many digests of the kind there are, whoever computes them, and whether they have something to take or not.</summary>
    public int Begun { get; set; }

    public void Add(RunningDigest digest) => _ready.Enqueue(digest);

    /// <summary>Takes those that are best taken together.</summary>
    /// <param name="due">How many a core takes when all that are free take as many.</param>
    public RunningDigest[] Take(int due)
    {
        var taken = new RunningDigest[hash?.LanesFor(due, Count) ?? 1];
        for (var i = 0; i < taken.Length; i++)
        {
            taken[i] = _ready.Dequeue();
        }

        return taken;
    }

    /// <summary>One has nothing to take any more.</summary>
    public void Remove(RunningDigest digest)
    {
        for (var i = Count; i > 0; i--)
        {
            var other = _ready.Dequeue();
            if (other != digest)
            {
                _ready.Enqueue(other);
            }
        }
    }
}
