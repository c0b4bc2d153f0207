using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace GlanceStore.Transfer;

/// <summary>Digests of one stream of bytes, each algorithm on its own worker and in order, so that two of them use two cores.</summary>
internal sealed class DigestSet : IAsyncDisposable
{
    // no digests of an image, but what backends check of a chunk
    private const string Crc32Name = "crc32";
    private const string Crc64Name = "crc64nvme";

    private readonly Worker[] _workers;

    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: an algorithm is not known here.</exception>
    public DigestSet(IEnumerable<string> algorithms)
    {
        (string Algorithm, HashAlgorithmName Name)[] all = [.. algorithms.Distinct().Select(name => (name, DigestAlgorithms.NameOf(name)))];
        _workers = [.. all.Select(known => new Worker(known.Algorithm, known.Name))];
    }

    /// <summary>Digests more bytes; returns at once, and the buffer is kept until every worker has seen it.</summary>
    public void Append(ChunkBuffer buffer, int length)
    {
        foreach (var worker in _workers)
        {
            worker.Append(buffer.Retain(), length);
        }
    }

    /// <summary>Waits until everything appended has been digested and its buffers are free.</summary>
    public Task FlushAsync() => Task.WhenAll(_workers.Select(worker => worker.Done));

    /// <summary>The digests of everything appended. Ends the set.</summary>
    public async Task<IReadOnlyList<Digest>> CompleteAsync()
    {
        await FlushAsync().ConfigureAwait(false);
        return [.. _workers.Select(worker => worker.Digest())];
    }

    /// <summary>The digest of a few bytes at once, for what a backend checks of each chunk.</summary>
    public static byte[] Hash(string algorithm, ReadOnlySpan<byte> bytes) => algorithm switch
    {
        Crc32Name => Crc32BigEndian(bytes),
        Crc64Name => Crc64BigEndian(bytes),
        _ => CryptographicOperations.HashData(DigestAlgorithms.NameOf(algorithm), bytes),
    };

    // As protocols write it, the highest byte first.
    private static byte[] Crc32BigEndian(ReadOnlySpan<byte> bytes)
    {
        var value = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(value, Crc32.HashToUInt32(bytes));
        return value;
    }

    private static byte[] Crc64BigEndian(ReadOnlySpan<byte> bytes)
    {
        var value = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(value, Crc64Nvme.Hash(bytes));
        return value;
    }

    /// <summary>Gives up what is not digested yet, and all buffers with it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class Worker(string algorithm, HashAlgorithmName name) : IAsyncDisposable
    {
        private const int SliceBytes = 8 << 20;

        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(name);
        private volatile bool _abandoned;

        public Task Done { get; private set; } = Task.CompletedTask;

        public void Append(ChunkBuffer buffer, int length) => Done = AppendAfterAsync(Done, buffer, length);

        public Digest Digest() => new(algorithm, Convert.ToHexStringLower(_hash.GetHashAndReset()));

        public async ValueTask DisposeAsync()
        {
            _abandoned = true;
            await Done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _hash.Dispose();
        }

        // Each chunk is a work item of its own, so that reads and writes get their turn on a machine of few cores.
        private async Task AppendAfterAsync(Task previous, ChunkBuffer buffer, int length)
        {
            try
            {
                await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                for (var start = 0; start < length && !_abandoned; start += SliceBytes)
                {
                    _hash.AppendData(buffer.Memory.Span[start..Math.Min(length, start + SliceBytes)]);
                }
            }
            finally
            {
                buffer.Release();
            }
        }
    }
}
