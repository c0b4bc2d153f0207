namespace GlanceStore.Transfer;

/// <summary>The chunks of an image that a scrub found damaged, and what becomes of them in its result.</summary>
internal sealed class ScrubDamage(IKnownImage image)
{
    private readonly List<ByteRange> _ranges = [];
    private StoreException? _first;

    /// <summary>How many chunks were found damaged.</summary>
    public int Count { get; private set; }

    /// <summary>Notes the chunk that a read got stuck at.</summary>
    /// <returns>Where the next chunk begins; null where there is none, or where no chunk is to blame.</returns>
    public long? Add(long offset, StoreException error)
    {
        _first ??= error;
        if (image.Chunks is not { } manifest || offset >= manifest.Size)
        {
            return null; // no chunks are known, or all are right, and the digest of the whole is not
        }

        var index = manifest.IndexAt(offset);
        var (start, length) = (manifest.OffsetOf(index), manifest[index].Length);
        if (_ranges is [.., var last] && last.Offset + last.Length == start)
        {
            _ranges[^1] = new ByteRange(last.Offset, last.Length + length);
        }
        else
        {
            _ranges.Add(new ByteRange(start, length));
        }

        Count++;
        return index + 1 < manifest.Count ? start + length : null;
    }

    /// <summary>The result of a scrub that ended, with this error where there was one.</summary>
    public ScrubResult Result(long bytesRead, StoreException? error = null)
    {
        // An image replaced meanwhile is another one, whatever was found before. Else what was seen stays true where the rest cannot be read.
        var outcome = error?.Error is StoreError.Changed || _first is null ? OutcomeOf(error) : ScrubOutcome.Corrupted;
        return new ScrubResult(image, outcome, bytesRead)
        {
            Damage = outcome == ScrubOutcome.Corrupted ? _ranges : [],
            Error = outcome == ScrubOutcome.Changed ? error : _first ?? error,
        };
    }

    private static ScrubOutcome OutcomeOf(StoreException? error) => error?.Error switch
    {
        null => ScrubOutcome.Whole,
        StoreError.Corrupted or StoreError.SizeMismatch => ScrubOutcome.Corrupted,
        StoreError.NotFound => ScrubOutcome.Missing,
        StoreError.Changed => ScrubOutcome.Changed,
        _ => ScrubOutcome.Unreadable,
    };
}
