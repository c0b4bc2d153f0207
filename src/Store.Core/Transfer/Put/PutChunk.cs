using System.IO.Hashing;
using GlanceStore.Digests;
using GlanceStore.Drivers;

namespace GlanceStore.Transfer;

/// <summary>A chunk on its way to every target. What is computed of it is computed once; whoever is the last to be done with it, its maker included, frees its buffer.</summary>
/// <param name="source">Its bytes.</param>
/// <param name="digests">The digests of its bytes, by their algorithms, as they come.</param>
/// <param name="entries">Where its entry of the manifest goes.</param>
/// <param name="count">What counts it once it is written.</param>
internal sealed class PutChunk(SourceChunk source, IReadOnlyDictionary<string, Task<byte[]>> digests, ChunkEntries entries, TransferCount count)
{
    private readonly Lock _lock = new();
    private ulong? _checksum;
    private (string Algorithm, byte[] Value)[] _checks = [];
    private int _users = 1;
    private volatile bool _isWritten;

    public int Index => source.Index;

    public int Length => source.Length;

    public bool IsLast => source.IsLast;

    public long End => source.Offset + source.Length;

    /// <summary>The checksum of its bytes; its entry is in the manifest from then on.</summary>
    public ulong Checksum
    {
        get
        {
            lock (_lock)
            {
                return _checksum ??= Enter(XxHash3.HashToUInt64(source.Bytes.Span));
            }
        }
    }

    /// <summary>The chunk as a driver of these limits gets it; its entry is in the manifest from then on.</summary>
    public async ValueTask<Chunk> ForAsync(DriverCapabilities limits, CancellationToken cancellationToken) =>
        new(source.Index, source.Offset, source.Bytes, Checksum, source.IsLast)
        {
            Digest = limits.ChunkDigest switch
            {
                null => default(ReadOnlyMemory<byte>),
                var name when digests.TryGetValue(name, out var digest) => await digest.WaitAsync(cancellationToken).ConfigureAwait(false),
                var name => CheckOf(name),
            },
        };

    /// <summary>One more is going to be done with it.</summary>
    public void Retain() => Interlocked.Increment(ref _users);

    /// <summary>One target has written it.</summary>
    public void Written()
    {
        _isWritten = true;
        Drop();
    }

    /// <summary>One is done with it, whether it was written or not.</summary>
    public void Drop()
    {
        if (Interlocked.Decrement(ref _users) > 0)
        {
            return;
        }

        if (_isWritten)
        {
            count.Add(source.Length);
        }

        source.Buffer.Release();
    }

    private ulong Enter(ulong checksum)
    {
        entries.Set(source.Index, source.Length, checksum);
        return checksum;
    }

    private byte[] CheckOf(string algorithm)
    {
        lock (_lock)
        {
            foreach (var known in _checks)
            {
                if (known.Algorithm == algorithm)
                {
                    return known.Value;
                }
            }

            var value = ChunkCheck.Of(algorithm, source.Bytes.Span);
            _checks = [.. _checks, (algorithm, value)];
            return value;
        }
    }
}
