using System.Buffers.Binary;
using System.IO.Compression;

namespace GlanceStore.Formats.Tests;

/// <summary>Disks whose tables lie: one typed error, and no more memory than they would take if they did not.</summary>
[TestClass]
public sealed class HostileDiskTests
{
    private const ulong OffsetMask = 0x00FF_FFFF_FFFF_FE00;
    private const int ClusterBytes = 64 << 10;
    private const int Text = 1 << 20; // where on the disk there is something that is compressed

    [TestMethod]
    public async Task A_cluster_beyond_the_end_of_the_file_is_an_error()
    {
        foreach (var place in (ulong[])[1UL << 40, 1UL << 55, (ulong)Qcow2.Length / ClusterBytes * ClusterBytes + ClusterBytes])
        {
            await CorruptedAsync(Qcow2.WithBigEndian((long)TableOf(Qcow2), (1UL << 63) | place));
            await CorruptedAsync(Qcow2.WithBigEndian((long)FirstTableOf(Qcow2), (1UL << 63) | place));
        }

        await CorruptedAsync(MadeImages.Bytes("dynamic.vdi").With(512, 0xFF, 0xFF, 0xFF, 0x0F));
    }

    [TestMethod]
    public async Task A_table_that_leads_to_itself_or_to_the_one_that_led_to_it_is_an_error()
    {
        await CorruptedAsync(Qcow2.WithBigEndian((long)TableOf(Qcow2), (1UL << 63) | TableOf(Qcow2)));
        await CorruptedAsync(Qcow2.WithBigEndian((long)TableOf(Qcow2), (1UL << 63) | FirstTableOf(Qcow2)));
        await CorruptedAsync(Qcow2.WithBigEndian((long)FirstTableOf(Qcow2), (1UL << 63) | FirstTableOf(Qcow2)));
    }

    [TestMethod]
    public async Task A_cluster_at_the_header_is_none_as_it_is_to_QEMU() =>
        Assert.IsFalse((await ReadAsync(Qcow2.WithBigEndian((long)TableOf(Qcow2), 1UL << 63), 0, ClusterBytes)).AsSpan().ContainsAnyExcept((byte)0));

    [TestMethod]
    public async Task A_cluster_that_begins_between_two_is_an_error() =>
        await CorruptedAsync(Qcow2.WithBigEndian((long)TableOf(Qcow2), (1UL << 63) | (4 * ClusterBytes) | 512));

    [TestMethod]
    [DataRow("v3.qcow2", 24, new byte[] { 0x7F, 255, 255, 255, 255, 255, 255, 255 }, StoreError.Corrupted)]
    [DataRow("v3.qcow2", 24, new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 }, StoreError.Refused)]
    [DataRow("v3.qcow2", 24, new byte[] { 0, 0, 1 }, StoreError.Corrupted)]
    [DataRow("v3.qcow2", 40, new byte[] { 255, 255, 255, 255, 255, 255, 0, 0 }, StoreError.Corrupted)]
    [DataRow("v3.qcow2", 36, new byte[] { 255, 255, 255, 255 }, StoreError.Corrupted)]
    [DataRow("v3.qcow2", 36, new byte[] { 0, 0, 0, 0 }, StoreError.Corrupted)]
    [DataRow("monolithicSparse.vmdk", 12, new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 }, StoreError.Refused)]
    [DataRow("monolithicSparse.vmdk", 12, new byte[] { 255, 255, 255, 255, 255, 255, 0x1F }, StoreError.Corrupted)]
    [DataRow("monolithicSparse.vmdk", 20, new byte[] { 0, 0, 0, 0, 0, 0, 0, 1 }, StoreError.Corrupted)]
    [DataRow("monolithicSparse.vmdk", 44, new byte[] { 255, 255, 255, 255 }, StoreError.Corrupted)]
    [DataRow("monolithicSparse.vmdk", 56, new byte[] { 255, 255, 255, 255, 255, 255, 255, 0x7F }, StoreError.Corrupted)]
    [DataRow("dynamic.vdi", 368, new byte[] { 255, 255, 255, 255, 255, 255, 255, 0x7F }, StoreError.Corrupted)]
    [DataRow("dynamic.vdi", 376, new byte[] { 0, 0, 0, 0x80 }, StoreError.Corrupted)]
    [DataRow("dynamic.vdi", 384, new byte[] { 255, 255, 255, 255 }, StoreError.Corrupted)]
    public async Task Sizes_whose_product_is_none_and_tables_longer_than_the_file_are_one_error_and_cost_no_memory(string name, int offset, byte[] value, StoreError error)
    {
        var image = MadeImages.Bytes(name).With(offset, value);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.AreEqual(error, (await FailureAsync(image)).Error);
        Assert.IsLessThan(16L << 20, GC.GetTotalAllocatedBytes(precise: true) - before);
    }

    [TestMethod]
    public async Task Tables_of_a_vhd_that_are_longer_than_the_file_are_an_error()
    {
        var image = MadeImages.Bytes("dynamic-exact.vhd");
        var header = (int)image.BigEndianAt(16);
        await CorruptedAsync(image.With(header + 28, 255, 255, 255, 255));
        await CorruptedAsync(image.WithBigEndian(header + 16, ulong.MaxValue - 511));
        await CorruptedAsync(image.With(header + 32, 0x80, 0, 0, 0));
        await CorruptedAsync(image.WithVhdFooter(48, long.MaxValue, 8, alsoAtStart: true));
    }

    [TestMethod]
    public async Task A_compressed_cluster_of_qcow2_that_inflates_too_far_or_not_far_enough_is_an_error()
    {
        var image = MadeImages.Bytes("zlib.qcow2");
        var at = CompressedClusterOf(image);
        Assert.IsFalse((await ReadAsync(image.With(at, Deflated(ClusterBytes)), Text, ClusterBytes)).AsSpan().ContainsAnyExcept((byte)0));
        foreach (var length in (int[])[ClusterBytes - 1, ClusterBytes + 1, 8 << 20])
        {
            await CorruptedAsync(image.With(at, Deflated(length)), Text);
        }
    }

    [TestMethod]
    public async Task A_compressed_grain_of_a_vmdk_that_inflates_too_far_or_not_far_enough_is_an_error()
    {
        var image = MadeImages.Bytes("streamOptimized.vmdk");
        var marker = Enumerable.Range(1, (image.Length / 512) - 1).Select(sector => sector * 512).First(at => BitConverter.ToInt64(image, at) == Text / 512 && image[at + 12] == 0x78);
        Assert.IsFalse((await ReadAsync(image.With(marker + 8, Grain(ClusterBytes)), Text, ClusterBytes)).AsSpan().ContainsAnyExcept((byte)0));
        foreach (var length in (int[])[ClusterBytes - 1, ClusterBytes + 1, 8 << 20])
        {
            await CorruptedAsync(image.With(marker + 8, Grain(length)), Text);
        }
    }

    [TestMethod]
    public async Task A_compressed_cluster_that_wants_more_memory_than_every_decoder_has_is_an_error()
    {
        var image = MadeImages.Bytes("zstd.qcow2");
        var at = CompressedClusterOf(image);
        Assert.IsFalse((await ReadAsync(image.With(at, ZstandardZeros(23)), Text, ClusterBytes)).AsSpan().ContainsAnyExcept((byte)0));
        foreach (var log in (int[])[24, 27, 41])
        {
            await CorruptedAsync(image.With(at, ZstandardZeros(log)), Text);
        }
    }

    [TestMethod]
    public async Task A_qcow2_whose_header_says_two_things_of_its_compression_is_an_error()
    {
        await CorruptedAsync(MadeImages.Bytes("zlib.qcow2").With(79, 8));
        await CorruptedAsync(MadeImages.Bytes("zstd.qcow2").With(79, 0));
    }

    private static byte[] Qcow2 => MadeImages.Bytes("v3.qcow2");

    private static ulong FirstTableOf(byte[] qcow2) => qcow2.BigEndianAt(40);

    private static ulong TableOf(byte[] qcow2) => qcow2.BigEndianAt(FirstTableOf(qcow2)) & OffsetMask;

    private static int CompressedClusterOf(byte[] qcow2)
    {
        var entry = qcow2.BigEndianAt(TableOf(qcow2) + (Text / ClusterBytes * sizeof(ulong)));
        Assert.AreNotEqual(0UL, entry & (1UL << 62), "it is not compressed");
        return (int)(entry & ((1UL << (62 - 8)) - 1));
    }

    private static byte[] Deflated(int zeros)
    {
        var bytes = new MemoryStream();
        using (var deflate = new DeflateStream(bytes, CompressionLevel.SmallestSize))
        {
            deflate.Write(new byte[zeros]);
        }

        return bytes.ToArray();
    }

    // Behind the number of its first sector: how long it is, and then zlib's bytes.
    private static byte[] Grain(int zeros)
    {
        var bytes = new MemoryStream();
        using (var zlib = new ZLibStream(bytes, CompressionLevel.SmallestSize))
        {
            zlib.Write(new byte[zeros]);
        }

        return [.. BitConverter.GetBytes(bytes.ToArray().Length), .. bytes.ToArray()];
    }

    // A frame with a window of 2 to that power and one block, which is a byte and how often it stands there (RFC 8878, 3.1.1).
    private static byte[] ZstandardZeros(int windowLog)
    {
        const int LastOfOneByte = 3;
        var block = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(block, (ClusterBytes << 3) | LastOfOneByte);
        return [0x28, 0xB5, 0x2F, 0xFD, 0, (byte)((windowLog - 10) << 3), .. block[..3], 0];
    }

    private static async Task<byte[]> ReadAsync(byte[] image, long offset, int count)
    {
        await using var disk = await VirtualDisk.OpenAsync(new MemoryStream(image));
        disk.Position = offset;
        var bytes = new byte[count];
        await disk.ReadExactlyAsync(bytes);
        return bytes;
    }

    private static async Task CorruptedAsync(byte[] image, long offset = 0) => Assert.AreEqual(StoreError.Corrupted, (await FailureAsync(image, offset)).Error);

    private static Task<StoreException> FailureAsync(byte[] image, long offset = 0) => Assert.ThrowsExactlyAsync<StoreException>(() => ReadAsync(image, offset, ClusterBytes));
}
