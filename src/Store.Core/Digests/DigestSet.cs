using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using GlanceStore.Transfer;

namespace GlanceStore.Digests;

/// <summary>Digests of one stream of bytes, each algorithm on its own worker and in order, so that two of them use two cores.</summary>
internal sealed class DigestSet : IAsyncDisposable
{
    // no digests of an image, but what backends check of a chunk
    private const string Crc32Name = "crc32";
    private const string Crc64Name = "crc64nvme";

    private readonly Worker[] _workers;
    private readonly Worker? _paired;

    /// <param name="algorithms">What to digest with.</param>
    /// <param name="chunkMd5">Whether the MD5 of each chunk is wanted too, and every chunk but the last is whole blocks of it.</param>
    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: an algorithm is not known here.</exception>
    public DigestSet(IEnumerable<string> algorithms, bool chunkMd5 = false)
    {
        (string Algorithm, HashAlgorithmName Name)[] all = [.. algorithms.Distinct().Select(name => (name, DigestAlgorithms.NameOf(name)))];
        var pairs = chunkMd5 && PairedMd5.IsSupported;
        _workers = [.. all.Select(known => new Worker(known.Algorithm, pairs && known.Algorithm == "md5" ? new PairedMd5() : new PlainHash(known.Name)))];
        _paired = pairs ? Array.Find(_workers, worker => worker.Algorithm == "md5") : null;
    }

    /// <summary>Digests more bytes; returns at once, and the buffer is kept until every worker has seen it.</summary>
    /// <returns>The MD5 of these bytes alone, where it comes with that of the whole; null where it does not.</returns>
    public Task<byte[]>? Append(ChunkBuffer buffer, int length)
    {
        Task<byte[]>? md5 = null;
        foreach (var worker in _workers)
        {
            var done = worker.AppendAsync(buffer.Retain(), length);
            md5 = worker == _paired ? done : md5;
        }

        return md5;
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

    private sealed class PlainHash(HashAlgorithmName name) : IRunningHash
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(name);

        public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

        public byte[] EndChunk() => [];

        public byte[] End() => _hash.GetHashAndReset();

        public void Dispose() => _hash.Dispose();
    }

    private sealed class Worker(string algorithm, IRunningHash hash) : IAsyncDisposable
    {
        private const int SliceBytes = 8 << 20;

        private volatile bool _abandoned;

        public string Algorithm => algorithm;

        public Task Done { get; private set; } = Task.CompletedTask;

        public Task<byte[]> AppendAsync(ChunkBuffer buffer, int length)
        {
            var appended = AppendAfterAsync(Done, buffer, length);
            Done = appended;
            return appended;
        }

        public Digest Digest() => new(algorithm, Convert.ToHexStringLower(hash.End()));

        public async ValueTask DisposeAsync()
        {
            _abandoned = true;
            await Done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            hash.Dispose();
        }

        // Each chunk is a work item of its own, so that reads and writes get their turn on a machine of few cores.
        private async Task<byte[]> AppendAfterAsync(Task previous, ChunkBuffer buffer, int length)
        {
            try
            {
                await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                for (var start = 0; start < length && !_abandoned; start += SliceBytes)
                {
                    hash.Append(buffer.Memory.Span[start..Math.Min(length, start + SliceBytes)]);
                }

                return hash.EndChunk();
            }
            finally
            {
                buffer.Release();
            }
        }
    }
}
