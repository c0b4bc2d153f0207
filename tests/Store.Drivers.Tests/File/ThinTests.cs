using System.Diagnostics;
using static GlanceStore.Drivers.File.Tests.TestStore;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class ThinTests
{
    [TestMethod]
    [DataRow(0, 0, "")]
    [DataRow(4096, 0, "")]
    [DataRow(10_000, 0, "", DisplayName = "zeroes only")]
    [DataRow(10_000, 0, "0-4096", 5)]
    [DataRow(10_000, 0, "4096-8192", 4096)]
    [DataRow(10_000, 0, "8192-10000", 9999)]
    [DataRow(20_480, 0, "0-4096 8192-12288", 0, 8200)]
    [DataRow(20_480, 0, "4096-12288", 8191, 8192)]
    [DataRow(10_000, 100, "0-3996", 5)]
    [DataRow(10_000, 100, "3996-8092", 3996)]
    [DataRow(10_000, 100, "0-8092", 3995, 3996)]
    [DataRow(10_000, 100, "8092-10000", 9999)]
    public void Stretches_to_write_are_whole_blocks_of_the_file(int length, long offset, string expected, params int[] nonZero)
    {
        var bytes = new byte[length];
        foreach (var position in nonZero)
        {
            bytes[position] = 1;
        }

        var stretches = ZeroBlocks.Between(bytes, offset).Select(range => $"{range.Start.Value}-{range.End.Value}");

        Assert.AreEqual(expected, string.Join(' ', stretches));
    }

    [TestMethod]
    public void Stretches_of_random_images_cover_every_byte_that_is_not_zero_and_no_whole_block_that_is()
    {
        const int seed = 20_251;
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var bytes = Sparse(random, random.Next(1, 50_000));
            var offset = random.NextInt64(1L << 40);
            var covered = new bool[bytes.Length];
            foreach (var range in ZeroBlocks.Between(bytes, offset))
            {
                covered.AsSpan(range).Fill(true);
            }

            for (var i = 0; i < bytes.Length; i++)
            {
                Assert.IsTrue(covered[i] || bytes[i] == 0, $"seed {seed}, round {round}, byte {i}");
            }

            for (var i = (int)((4096 - (offset % 4096)) % 4096); i + 4096 <= bytes.Length; i += 4096)
            {
                Assert.AreEqual(bytes.AsSpan(i, 4096).ContainsAnyExcept((byte)0), covered[i], $"seed {seed}, round {round}, block at {i}");
            }
        }
    }

    [TestMethod]
    [DataRow(1 << 20)]
    [DataRow(100_001)]
    public async Task Blocks_of_zeroes_take_no_room_wherever_they_fall_in_a_chunk(int chunk)
    {
        using var store = Thin();
        var bytes = new byte[8 << 20];
        Bytes(5000).CopyTo(bytes, 1_000_000);
        Bytes(70_000).CopyTo(bytes, 3_000_000);

        var stored = await Put(store.Driver, "x", bytes, chunk: chunk);

        Assert.AreEqual(bytes.Length, stored.Size);
        CollectionAssert.AreEqual(bytes, await store.Read(stored.Location));
        var used = UsedBytes($"{store.Root}/x");
        Assert.IsTrue(used is > 0 and <= 75_000 + (4 * 4096), $"{used} bytes are used");
    }

    [TestMethod]
    public async Task Image_of_zeroes_takes_no_room_and_has_its_size()
    {
        using var store = Thin();

        var stored = await Put(store.Driver, "x", new byte[1_000_001], chunk: 300_000);

        Assert.AreEqual(1_000_001, stored.Size);
        Assert.AreEqual(0, UsedBytes($"{store.Root}/x"));
        CollectionAssert.AreEqual(new byte[1_000_001], await store.Read(stored.Location));
    }

    [TestMethod]
    public async Task Without_thin_provisioning_zeroes_take_their_room()
    {
        using var store = new TestStore();

        await store.Put("x", new byte[1 << 20]);

        Assert.IsTrue(UsedBytes($"{store.Root}/x") >= 1 << 20);
    }

    private static TestStore Thin() => new(root => new FileDriverOptions { Directory = root, ThinProvisioning = true });

    private static byte[] Sparse(Random random, int length)
    {
        var bytes = new byte[length];
        for (var n = random.Next(6); n > 0; n--)
        {
            bytes[random.Next(length)] = 1;
        }

        return bytes;
    }

    private static long UsedBytes(string path)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%b", path]) { RedirectStandardOutput = true })!;
        return long.Parse(stat.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture) * 512;
    }
}
