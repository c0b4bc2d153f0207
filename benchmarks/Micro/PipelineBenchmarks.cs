using System.IO.Hashing;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;

namespace GlanceStore.Benchmarks.Micro;

/// <summary>
/// What the front costs a chunk, in time and in allocations, over a backend that costs nothing. A put has to compute a digest, so its
/// overhead is what it takes more than the digest alone.
/// </summary>
[MemoryDiagnoser]
public class PipelineBenchmarks
{
    private const int Chunks = 1024;

    private static readonly ImageId Id = new("image");
    private static readonly PutOptions DigestOnly = new() { ComputeMd5 = false, Mode = WriteMode.Replace };

    private byte[] _buffer = [];
    private ImageStore _store = null!;
    private ReadOptions _verified = null!;

    [Params(4 << 10, 64 << 10, 1 << 20)]
    public int ChunkBytes { get; set; }

    private long ImageBytes => (long)Chunks * ChunkBytes;

    [GlobalSetup]
    public void Setup()
    {
        _buffer = new byte[ChunkBytes];
        _store = new ImageStore("null", new NullDriver(ImageBytes, ChunkBytes), new ImageStoreOptions { ChunkBytes = ChunkBytes });
        var entry = new ChunkEntry(ChunkBytes, XxHash3.HashToUInt64(_buffer));
        _verified = new ReadOptions { Manifest = new ChunkManifest(Enumerable.Repeat(entry, Chunks)) };
    }

    [GlobalCleanup]
    public ValueTask Cleanup() => _store.DisposeAsync();

    [Benchmark(Baseline = true, OperationsPerInvoke = Chunks)]
    public byte[] Sha512Alone()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        for (var i = 0; i < Chunks; i++)
        {
            hash.AppendData(_buffer);
        }

        return hash.GetCurrentHash();
    }

    [Benchmark(OperationsPerInvoke = Chunks)]
    public Task<ImageReceipt> PutOfKnownSize() =>
        _store.PutAsync(Id, new ZeroStream(ImageBytes), DigestOnly with { ExpectedSize = ImageBytes });

    [Benchmark(OperationsPerInvoke = Chunks)]
    public Task<ImageReceipt> PutOfUnknownSize() => _store.PutAsync(Id, new ZeroStream(ImageBytes), DigestOnly);

    [Benchmark(OperationsPerInvoke = Chunks)]
    public Task VerifiedGet() => GetAsync(_verified);

    [Benchmark(OperationsPerInvoke = Chunks)]
    public Task UnverifiedGet() => GetAsync(new ReadOptions());

    private async Task GetAsync(ReadOptions options)
    {
        await using var image = await _store.OpenReadAsync(_store.LocationOf(Id), options);
        while (await image.ReadAsync(_buffer) > 0)
        {
        }
    }
}
