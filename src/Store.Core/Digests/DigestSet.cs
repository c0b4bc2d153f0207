using GlanceStore.Transfer;

namespace GlanceStore.Digests;

/// <summary>Digests of one stream of bytes, and of each chunk of it on its own, computed beside those of all other streams.</summary>
internal sealed class DigestSet : IAsyncDisposable
{
    private static readonly IReadOnlyDictionary<string, Task<byte[]>> NoDigests = new Dictionary<string, Task<byte[]>>();

    private readonly DigestLanes _lanes;
    private readonly string[] _algorithms;
    private readonly RunningDigest[] _whole;
    private readonly string[] _ofChunks;
    private readonly HashSet<RunningDigest> _chunks = [];

    /// <param name="algorithms">What to digest everything with.</param>
    /// <param name="ofChunks">What to digest each chunk with.</param>
    /// <param name="lanes">Who computes; null for the process's own.</param>
    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: an algorithm is not known here.</exception>
    public DigestSet(IEnumerable<string> algorithms, IEnumerable<string>? ofChunks = null, DigestLanes? lanes = null)
    {
        _lanes = lanes ?? DigestLanes.Shared;
        _algorithms = [.. algorithms.Distinct()];
        _whole = [.. _algorithms.Select(_lanes.Begin)];
        _ofChunks = [.. (ofChunks ?? []).Distinct()];
        foreach (var algorithm in _ofChunks)
        {
            _ = DigestAlgorithms.NameOf(algorithm);
        }
    }

    /// <summary>Digests more bytes; returns at once, and the buffer is kept until every digest has seen it.</summary>
    /// <returns>The digests of these bytes alone, by their algorithms.</returns>
    public IReadOnlyDictionary<string, Task<byte[]>> Append(ChunkBuffer buffer, int length)
    {
        RunningDigest[] ofChunk = [.. _ofChunks.Select(_lanes.Begin)];
        lock (_chunks)
        {
            _chunks.UnionWith(ofChunk);
        }

        _lanes.Append(_whole, ofChunk, buffer, length);
        return ofChunk.Length == 0 ? NoDigests : _ofChunks.Zip(ofChunk, (algorithm, digest) => (algorithm, digest)).ToDictionary(one => one.algorithm, one => EndAsync(one.digest));
    }

    /// <summary>Waits until everything appended has been digested and its buffers are free.</summary>
    public Task FlushAsync() => Task.WhenAll(All().Select(digest => digest.FlushAsync()));

    /// <summary>The digests of everything appended. Ends the set.</summary>
    public async Task<IReadOnlyList<Digest>> CompleteAsync()
    {
        var ended = await Task.WhenAll(_whole.Select(digest => digest.CompleteAsync())).ConfigureAwait(false);
        return [.. _algorithms.Zip(ended, (algorithm, bytes) => new Digest(algorithm, Convert.ToHexStringLower(bytes)))];
    }

    /// <summary>Gives up what is not digested yet, and all buffers with it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var digest in All())
        {
            await digest.DisposeAsync().ConfigureAwait(false);
        }
    }

    private RunningDigest[] All()
    {
        lock (_chunks)
        {
            return [.. _whole, .. _chunks];
        }
    }

    private async Task<byte[]> EndAsync(RunningDigest ofChunk)
    {
        await using (ofChunk.ConfigureAwait(false))
        {
            try
            {
                return await ofChunk.CompleteAsync().ConfigureAwait(false);
            }
            finally
            {
                lock (_chunks)
                {
                    _chunks.Remove(ofChunk);
                }
            }
        }
    }
}
