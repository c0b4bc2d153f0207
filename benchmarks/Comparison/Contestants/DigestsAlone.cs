using System.Diagnostics;
using System.Security.Cryptography;

namespace GlanceStore.Benchmarks.Comparison.Contestants;

/// <summary>The least a put with MD5 and SHA-512 can take on two cores: each digest on a thread of its own, over bytes in memory.</summary>
internal static class DigestsAlone
{
    private const int BlockBytes = 64 << 20;

    public static async Task RunAsync(long bytes)
    {
        var block = new byte[BlockBytes];
        new Random(1).NextBytes(block);

        var watch = Stopwatch.StartNew();
        await Task.WhenAll(
            Task.Factory.StartNew(() => Digest(HashAlgorithmName.MD5, block, bytes), TaskCreationOptions.LongRunning),
            Task.Factory.StartNew(() => Digest(HashAlgorithmName.SHA512, block, bytes), TaskCreationOptions.LongRunning));
        ProcessTimes.ReportWall(watch.Elapsed);
    }

    private static void Digest(HashAlgorithmName algorithm, byte[] block, long bytes)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        for (var left = bytes; left > 0; left -= BlockBytes)
        {
            hash.AppendData(block, 0, (int)Math.Min(left, BlockBytes));
        }

        hash.GetCurrentHash();
    }
}
