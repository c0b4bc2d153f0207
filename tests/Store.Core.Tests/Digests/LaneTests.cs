using System.Text;
using GlanceStore.Digests;

namespace GlanceStore.Core.Tests.Digests;

/// <summary>The rounds themselves, in every width that this processor has. <see cref="InstructionSetTests"/> runs these with less of it.</summary>
[TestClass]
public sealed class LaneTests
{
    /// <summary>What the most lanes of MD5 are said to be, where a parent process has taken instructions away.</summary>
    internal const string ExpectedLanes = "GLANCESTORE_TEST_LANES";

    private const int Seed = 20261129;

    // RFC 1321, appendix A.5; FIPS 180-4's examples.
    [TestMethod]
    [DataRow("md5", "", "d41d8cd98f00b204e9800998ecf8427e")]
    [DataRow("md5", "message digest", "f96b697d7cb7938d525a2f31aaf161d0")]
    [DataRow("md5", "12345678901234567890123456789012345678901234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a")]
    [DataRow("sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [DataRow("sha256", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    [DataRow("sha512", "abc",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")]
    [DataRow("sha512", "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909")]
    public void Digests_have_the_values_of_their_standards(string algorithm, string text, string expected)
    {
        var hash = Array.Find(SampleHash.All, one => one.Name == algorithm)!;
        foreach (var width in hash.Hash.Widths)
        {
            var message = Encoding.ASCII.GetBytes(text);
            foreach (var digest in Digest(hash.Hash, width, [.. Enumerable.Repeat(message, width.Lanes)]))
            {
                Assert.AreEqual(expected, Convert.ToHexStringLower(digest), Describe(hash, width));
            }
        }
    }

    [TestMethod]
    public void Every_length_up_to_300_bytes_is_digested_as_the_platform_does_in_every_lane()
    {
        foreach (var (hash, width) in Widths())
        {
            var random = new Random(Seed);
            for (var length = 0; length <= 300; length++)
            {
                Compare(hash, width, [.. Enumerable.Range(0, width.Lanes).Select(_ => Bytes(random, length))]);
            }
        }
    }

    [TestMethod]
    public void Any_number_of_lanes_gives_each_its_own_digest()
    {
        foreach (var (hash, width) in Widths())
        {
            var random = new Random(Seed);
            for (var lanes = 1; lanes <= width.Lanes; lanes++)
            {
                Compare(hash, width, [.. Enumerable.Range(0, lanes).Select(_ => Bytes(random, 4096 + random.Next(600)))]);
            }
        }
    }

    // A single digest makes its schedules eight blocks ahead, or four: no number of blocks may be special.
    [TestMethod]
    public void Any_number_of_blocks_is_taken_alone_and_in_lanes()
    {
        foreach (var (hash, width) in Widths())
        {
            var random = new Random(Seed);
            for (var blocks = 1; blocks <= 35; blocks++)
            {
                Compare(hash, width, [.. Enumerable.Range(0, width.Lanes).Select(_ => Bytes(random, blocks * hash.Hash.BlockBytes))]);
            }
        }
    }

    [TestMethod]
    public void Bytes_that_lie_at_any_address_are_the_same_bytes()
    {
        foreach (var (hash, width) in Widths())
        {
            var bytes = Bytes(new Random(Seed), 2048);
            for (var start = 0; start < 70; start++)
            {
                var state = new BlockState(hash.Hash);
                TakeBlocks(hash.Hash, width, [state], [bytes.AsMemory(start, 1024)], 1024 / hash.Hash.BlockBytes);
                Assert.AreSequenceEqual(hash.Platform(bytes[start..(start + 1024)]), state.End(), $"{Describe(hash, width)} from {start}");
            }
        }
    }

    [TestMethod]
    public void Pieces_of_any_length_make_the_same_digest()
    {
        foreach (var hash in SampleHash.All)
        {
            var random = new Random(Seed);
            for (var round = 0; round < 50; round++)
            {
                var bytes = Bytes(random, random.Next(3000));
                var state = new BlockState(hash.Hash);
                for (var start = 0; start < bytes.Length;)
                {
                    var length = Math.Min(random.Next(200), bytes.Length - start);
                    state.Append(bytes.AsSpan(start, length));
                    start += length;
                }

                Assert.AreSequenceEqual(hash.Platform(bytes), state.End(), $"{hash} seed {Seed}, round {round}");
            }
        }
    }

    [TestMethod]
    public void The_ways_are_those_that_the_processor_has()
    {
        var most = BlockHashes.Md5.Widths.Max(width => width.Lanes);
        Assert.AreEqual(Environment.GetEnvironmentVariable(ExpectedLanes) ?? $"{most}", $"{most}");
        Assert.AreEqual(1, BlockHashes.Md5.Widths[0].Lanes);
    }

    private static IEnumerable<(SampleHash Hash, LaneWidth Width)> Widths() => SampleHash.All.SelectMany(hash => hash.Hash.Widths.Select(width => (hash, width)));

    private static void Compare(SampleHash hash, LaneWidth width, byte[][] messages)
    {
        var digests = Digest(hash.Hash, width, messages);
        for (var lane = 0; lane < messages.Length; lane++)
        {
            Assert.AreSequenceEqual(hash.Platform(messages[lane]), digests[lane], $"{Describe(hash, width)} lane {lane} of {messages.Length}, {messages[lane].Length} bytes, seed {Seed}");
        }
    }

    // In lockstep as far as the shortest goes, then each alone.
    private static byte[][] Digest(BlockHash hash, LaneWidth width, byte[][] messages)
    {
        BlockState[] states = [.. messages.Select(_ => new BlockState(hash))];
        var blocks = messages.Min(message => message.Length) / hash.BlockBytes;
        if (blocks > 0)
        {
            TakeBlocks(hash, width, states, [.. messages.Select(message => new ReadOnlyMemory<byte>(message))], blocks);
        }

        for (var lane = 0; lane < messages.Length; lane++)
        {
            states[lane].Append(messages[lane].AsSpan(blocks * hash.BlockBytes));
        }

        return [.. states.Select(state => state.End())];
    }

    private static unsafe void TakeBlocks(BlockHash hash, LaneWidth width, BlockState[] states, ReadOnlyMemory<byte>[] bytes, int blocks)
    {
        var pins = Array.ConvertAll(bytes, one => one.Pin());
        Lane[] lanes = [.. states.Zip(pins, (state, pin) => new Lane(state.Words, (byte*)pin.Pointer))];
        width.Compress(lanes, blocks);
        foreach (ref var pin in pins.AsSpan())
        {
            pin.Dispose();
        }

        foreach (var state in states)
        {
            state.Count(blocks);
        }
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Describe(SampleHash hash, LaneWidth width) => $"{hash} in {width.Lanes}";
}
