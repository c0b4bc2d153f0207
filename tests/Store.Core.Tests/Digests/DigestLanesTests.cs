using System.Security.Cryptography;
using GlanceStore.Digests;
using GlanceStore.Transfer;

namespace GlanceStore.Core.Tests.Digests;

[TestClass]
public sealed class DigestLanesTests
{
    private const int Seed = 20261129;
    private const int SmallTurn = 700; // bytes: most pieces take several turns, and no length is a multiple of it

    private static readonly string[] Algorithms = ["md5", "sha1", "sha256", "sha512"];

    private readonly TransferBudget _budget = new(8 << 20);

    [TestMethod]
    public async Task Streams_that_join_and_leave_at_any_chunk_have_their_own_digests()
    {
        foreach (var lanes in Engines())
        {
            var random = new Random(Seed);
            await Task.WhenAll(Enumerable.Range(0, 60).Select(number => RunAsync(lanes, new Random(random.Next()), Algorithms[number % Algorithms.Length])));
            Assert.AreEqual(0, _budget.UsedBytes, $"nothing is held, seed {Seed}");
        }
    }

    [TestMethod]
    public async Task Streams_that_are_given_up_in_mid_chunk_leave_nothing_behind_and_harm_no_other()
    {
        foreach (var lanes in Engines())
        {
            var random = new Random(Seed);
            var kept = Enumerable.Range(0, 20).Select(number => RunAsync(lanes, new Random(random.Next()), Algorithms[number % Algorithms.Length])).ToArray();
            var given = Enumerable.Range(0, 60).Select(number => GiveUpAsync(lanes, new Random(random.Next()), Algorithms[number % Algorithms.Length])).ToArray();
            await Task.WhenAll([.. kept, .. given]);
            Assert.AreEqual(0, _budget.UsedBytes, $"nothing is held, seed {Seed}");
        }
    }

    [TestMethod]
    public async Task Chunks_have_their_own_digests_beside_a_whole_that_goes_on_or_is_given_up()
    {
        foreach (var lanes in Engines())
        {
            var random = new Random(Seed);
            await Task.WhenAll(Enumerable.Range(0, 60).Select(number => RunBesideAsync(lanes, new Random(random.Next()), Algorithms[number % Algorithms.Length])));
            Assert.AreEqual(0, _budget.UsedBytes, $"nothing is held, seed {Seed}");
        }
    }

    [TestMethod]
    public async Task A_stream_that_is_given_up_gives_no_digest()
    {
        var lanes = DigestLanes.Shared;
        var digest = lanes.Begin("md5");
        await AppendAsync(lanes, new byte[1000], [digest]);
        await digest.DisposeAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(digest.CompleteAsync);
        await AppendAsync(lanes, new byte[1000], [digest]);
        Assert.AreEqual(0, _budget.UsedBytes, "what comes later is not kept");
    }

    [TestMethod]
    public async Task A_stream_from_which_nothing_comes_keeps_no_other_waiting()
    {
        foreach (var lanes in Engines())
        {
            RunningDigest[] slow = [.. Algorithms.SelectMany(algorithm => Enumerable.Range(0, 8).Select(_ => lanes.Begin(algorithm)))];
            foreach (var digest in slow)
            {
                await AppendAsync(lanes, [1], [digest]);
            }

            await Task.WhenAll(Algorithms.Select(algorithm => RunAsync(lanes, new Random(Seed), algorithm))).WaitAsync(TimeSpan.FromMinutes(1));
            foreach (var digest in slow)
            {
                await digest.DisposeAsync();
            }
        }
    }

    // What one put takes today: a stream of each, with no other to fill lanes.
    [TestMethod]
    public async Task A_stream_alone_is_digested_in_turns_of_its_own()
    {
        var bytes = new byte[(5 << 20) + 3];
        new Random(Seed).NextBytes(bytes);
        await using var md5 = DigestLanes.Shared.Begin("md5");
        await using var sha512 = DigestLanes.Shared.Begin("sha512");
        foreach (var piece in bytes.Chunk(1_234_567))
        {
            await AppendAsync(DigestLanes.Shared, piece, [md5, sha512]);
        }

        Assert.AreSequenceEqual(MD5.HashData(bytes), await md5.CompleteAsync());
        Assert.AreSequenceEqual(SHA512.HashData(bytes), await sha512.CompleteAsync());
    }

    [TestMethod]
    public async Task A_stream_that_begins_alone_is_left_to_the_platform_where_that_is_quicker()
    {
        var lanes = WithCompany();
        for (var round = 0; round < 2; round++)
        {
            await using var md5 = lanes.Begin("md5");
            await using var alone = lanes.Begin("sha512");
            var bytes = new byte[100_000];
            new Random(Seed).NextBytes(bytes);
            await AppendAsync(lanes, bytes, [md5, alone]);
            await Task.WhenAll(md5.FlushAsync(), alone.FlushAsync());
            await using var beside = lanes.Begin("sha512");
            await AppendAsync(lanes, bytes, [beside]);
            await AppendAsync(lanes, bytes, [alone]);
            Assert.AreSequenceEqual(SHA512.HashData([.. bytes, .. bytes]), await alone.CompleteAsync());
            Assert.AreSequenceEqual(SHA512.HashData(bytes), await beside.CompleteAsync());
            Assert.IsNotNull(md5.Blocks, "a stream of MD5 is as quick here");
            Assert.IsNull(alone.Blocks);
            Assert.IsNotNull(beside.Blocks);
            await alone.DisposeAsync(); // and once more at the end: it is counted once
        }

        Assert.IsTrue(BlockHashes.Sha512.IsForCompany);
        Assert.IsFalse(BlockHashes.Md5.IsForCompany);
    }

    [TestMethod]
    public async Task Of_streams_that_begin_together_none_is_left_out_of_the_lanes()
    {
        var lanes = WithCompany();
        RunningDigest[] digests = [.. Enumerable.Range(0, 16).Select(_ => lanes.Begin("sha512"))];
        foreach (var digest in digests)
        {
            await AppendAsync(lanes, new byte[10_000], [digest]);
        }

        foreach (var digest in digests)
        {
            Assert.AreSequenceEqual(SHA512.HashData(new byte[10_000]), await digest.CompleteAsync());
            Assert.IsNotNull(digest.Blocks);
            await digest.DisposeAsync();
        }
    }

    // A segment's MD5 beside that of the whole: the second costs next to nothing, but only if no core begins with the first alone.
    [TestMethod]
    public async Task A_chunks_own_digest_takes_its_bytes_in_the_turns_of_the_whole()
    {
        var together = new List<int>();
        var hash = BlockHash.Of(Md5.Start, isBigEndian: false,
            [.. BlockHashes.Md5.Widths.Take(2).Select(width => width with { Compress = Recorded(width.Compress, together) })]);
        var lanes = new DigestLanes(2, new Dictionary<string, BlockHash> { ["md5"] = hash });
        await using var whole = lanes.Begin("md5");
        RunningDigest[] own = [.. Enumerable.Range(0, 50).Select(_ => lanes.Begin("md5"))];
        foreach (var ofChunk in own)
        {
            await AppendAsync(lanes, new byte[64_000], [whole], [ofChunk]);
        }

        foreach (var ofChunk in own)
        {
            Assert.AreSequenceEqual(MD5.HashData(new byte[64_000]), await ofChunk.CompleteAsync());
            await ofChunk.DisposeAsync();
        }

        Assert.AreSequenceEqual(Enumerable.Repeat(2, 50), together);
    }

    [TestMethod]
    public async Task The_last_free_core_is_left_to_others_by_what_costs_next_to_nothing_in_the_next_turn()
    {
        var together = new List<int>();
        using var gate = new SemaphoreSlim(0);
        var wide = BlockHashes.Md5.Widths.First(width => width.Lanes >= 8) with { Cost = 1 };
        var lanes = Gated([BlockHashes.Md5.Widths[0], wide], together, gate);
        RunningDigest[] digests = [.. Enumerable.Range(0, 8).Select(_ => lanes.Begin("md5"))];
        await AppendAsync(lanes, new byte[64_000], [digests[0]]);
        try
        {
            await WaitForTurnsAsync(together, 1);
            foreach (var digest in digests[1..])
            {
                await AppendAsync(lanes, new byte[64_000], [digest]);
            }
        }
        finally
        {
            gate.Release(int.MaxValue / 2);
        }

        foreach (var digest in digests)
        {
            Assert.AreSequenceEqual(MD5.HashData(new byte[64_000]), await digest.CompleteAsync());
            await digest.DisposeAsync();
        }

        Assert.AreSequenceEqual([1, 7], together);
    }

    [TestMethod]
    public async Task Streams_that_gain_nothing_beside_each_other_have_a_core_each()
    {
        var together = new List<int>();
        using var gate = new SemaphoreSlim(0);
        var lanes = Gated(BlockHashes.Md5.Widths.Take(1), together, gate);
        await using var first = lanes.Begin("md5");
        await using var second = lanes.Begin("md5");
        await AppendAsync(lanes, new byte[64_000], [first]);
        await AppendAsync(lanes, new byte[64_000], [second]);
        try
        {
            await WaitForTurnsAsync(together, 2); // while neither ends
        }
        finally
        {
            gate.Release(int.MaxValue / 2);
        }

        Assert.AreSequenceEqual(await first.CompleteAsync(), await second.CompleteAsync());
    }

    [TestMethod]
    public async Task An_empty_stream_and_an_empty_chunk_have_a_digest()
    {
        await using var never = DigestLanes.Shared.Begin("sha512");
        await using var empty = DigestLanes.Shared.Begin("md5");
        await AppendAsync(DigestLanes.Shared, [], [empty]);
        Assert.AreSequenceEqual(SHA512.HashData([]), await never.CompleteAsync());
        Assert.AreSequenceEqual(MD5.HashData([]), await empty.CompleteAsync());
    }

    [TestMethod]
    public async Task What_goes_wrong_in_a_turn_is_told_to_its_streams_and_frees_their_buffers()
    {
        var broken = BlockHash.Of(Md5.Start, isBigEndian: false, [new LaneWidth(1, 1, (_, _) => throw new CryptographicException("broken"))]);
        var lanes = new DigestLanes(2, new Dictionary<string, BlockHash> { ["md5"] = broken });
        await using var digest = lanes.Begin("md5");
        await AppendAsync(lanes, new byte[1000], [digest]);
        await AppendAsync(lanes, new byte[1000], [digest]);
        var e = await Assert.ThrowsExactlyAsync<CryptographicException>(digest.CompleteAsync);
        Assert.AreEqual("broken", e.Message);
        Assert.AreEqual(0, _budget.UsedBytes);
        await RunAsync(lanes, new Random(Seed), "sha512");
    }

    // Every way that this processor has of each digest, on one core and on more of them.
    private static IEnumerable<DigestLanes> Engines()
    {
        for (var number = 0; number < SampleHash.All.Max(hash => hash.Hash.Widths.Count); number++)
        {
            var hashes = SampleHash.All.ToDictionary(hash => hash.Name, hash => hash.With(hash.Hash.Widths[number % hash.Hash.Widths.Count]));
            yield return new DigestLanes(1 + (number % 3), hashes, SmallTurn);
        }

        yield return new DigestLanes(2, BlockHashes.Used, SmallTurn);
        yield return new DigestLanes(2, new Dictionary<string, BlockHash>(), SmallTurn);
        yield return DigestLanes.Shared;
    }

    private static DigestLanes WithCompany()
    {
        var forCompany = BlockHash.Of(Sha512.Start, isBigEndian: true, [BlockHashes.Sha512.Widths[0]], isForCompany: true);
        return new DigestLanes(2, new Dictionary<string, BlockHash> { ["md5"] = BlockHashes.Md5, ["sha512"] = forCompany });
    }

    // Turns on two cores, which are told when they have begun, and wait.
    private static DigestLanes Gated(IEnumerable<LaneWidth> widths, List<int> together, SemaphoreSlim gate)
    {
        var hash = BlockHash.Of(Md5.Start, isBigEndian: false, [.. widths.Select(width => width with { Compress = Recorded(Waiting(width.Compress), together) })]);
        return new DigestLanes(2, new Dictionary<string, BlockHash> { ["md5"] = hash });

        Compress Waiting(Compress compress) => (lanes, blocks) =>
        {
            gate.Wait();
            compress(lanes, blocks);
        };
    }

    private static async Task WaitForTurnsAsync(List<int> together, int turns)
    {
        for (var tries = 0; tries < 6000; tries++)
        {
            lock (together)
            {
                if (together.Count == turns)
                {
                    return;
                }
            }

            await Task.Delay(10);
        }

        Assert.Fail($"{turns} turns had not begun after a minute");
    }

    private async Task RunAsync(DigestLanes lanes, Random random, string algorithm)
    {
        using var expected = IncrementalHash.CreateHash(DigestAlgorithms.NameOf(algorithm));
        await using var digest = lanes.Begin(algorithm);
        for (var left = random.Next(12); left > 0; left--)
        {
            var bytes = new byte[random.Next(4) == 0 ? random.Next(200) : random.Next(9000)];
            random.NextBytes(bytes);
            expected.AppendData(bytes);
            await AppendAsync(lanes, bytes, [digest]);
            if (random.Next(3) == 0)
            {
                await digest.FlushAsync();
            }
            else if (random.Next(3) == 0)
            {
                await Task.Yield();
            }
        }

        Assert.AreSequenceEqual(expected.GetHashAndReset(), await digest.CompleteAsync(), $"{algorithm}, seed {Seed}");
    }

    private async Task GiveUpAsync(DigestLanes lanes, Random random, string algorithm)
    {
        var digest = lanes.Begin(algorithm);
        for (var left = random.Next(6); left > 0; left--)
        {
            await AppendAsync(lanes, new byte[random.Next(9000)], [digest]);
            if (random.Next(2) == 0)
            {
                await Task.Yield();
            }
        }

        await digest.DisposeAsync();
    }

    private static Compress Recorded(Compress compress, List<int> together) => (lanes, blocks) =>
    {
        lock (together)
        {
            together.AddRange(blocks > 1 ? [lanes.Length] : Array.Empty<int>()); // one is a digest's end
        }

        compress(lanes, blocks);
    };

    // Chunks wait beside a whole that may be given up, and may be given up themselves.
    private async Task RunBesideAsync(DigestLanes lanes, Random random, string algorithm)
    {
        using var expected = IncrementalHash.CreateHash(DigestAlgorithms.NameOf(algorithm));
        await using var whole = lanes.Begin(algorithm);
        var chunks = new List<(byte[] Bytes, RunningDigest Digest)>();
        for (var left = random.Next(12); left > 0; left--)
        {
            var bytes = new byte[random.Next(9000)];
            random.NextBytes(bytes);
            expected.AppendData(bytes);
            chunks.Add((bytes, lanes.Begin(algorithm)));
            await AppendAsync(lanes, bytes, [whole], [chunks[^1].Digest]);
            if (random.Next(4) == 0)
            {
                await chunks[random.Next(chunks.Count)].Digest.DisposeAsync();
            }
        }

        var isKept = random.Next(2) == 0;
        await (isKept ? Task.CompletedTask : whole.DisposeAsync().AsTask());
        await Task.WhenAll(chunks.Select(async chunk =>
        {
            var digest = await DigestOfAsync(chunk.Digest);
            Assert.IsTrue(digest is null || digest.SequenceEqual(CryptographicOperations.HashData(DigestAlgorithms.NameOf(algorithm), chunk.Bytes)), $"{algorithm}, seed {Seed}");
            await chunk.Digest.DisposeAsync();
        }));
        if (isKept)
        {
            Assert.AreSequenceEqual(expected.GetHashAndReset(), await whole.CompleteAsync(), $"{algorithm}, seed {Seed}");
        }
    }

    // Null where it was given up.
    private static async Task<byte[]?> DigestOfAsync(RunningDigest digest)
    {
        try
        {
            return await digest.CompleteAsync();
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    // The buffer is filled with something else as soon as it is free, which a lane that still read it would see.
    private async Task AppendAsync(DigestLanes lanes, byte[] bytes, RunningDigest[] digests, RunningDigest[]? ofChunk = null)
    {
        var buffer = await _budget.RentAsync(bytes.Length, BufferUse.Write, default);
        bytes.CopyTo(buffer.Memory);
        lanes.Append(digests, ofChunk ?? [], buffer, bytes.Length);
        buffer.Release();
    }
}
