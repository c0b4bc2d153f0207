using System.Buffers.Binary;
using GlanceStore.Cache.Files;
using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>Small images that tell of large disks, which are to be made raw files.</summary>
[TestClass]
public sealed class LargeDiskTests
{
    private const long MiB = 1L << 20;
    private const long TiB = 1L << 40;

    [TestMethod]
    public async Task A_small_image_that_tells_of_a_pebibyte_is_refused_at_once_and_leaves_nothing_of_its_disk()
    {
        await using var place = new Place();
        await using var cache = await place.OpenAsync();
        var source = await place.SourceAsync(EmptyQcow2(1024 * TiB));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var failure = await FailsAsync(StoreError.TooLarge, () => cache.EnsureAsync(source, "raw", cancellationToken: patience.Token));
        Assert.Contains("MaxDiskBytes", failure.Message);
        Assert.IsFalse(failure.IsTransient);
        Assert.IsFalse(place.Entries.Any(name => name.Contains(".raw", StringComparison.Ordinal)), string.Join(' ', place.Entries));
        await using var view = await cache.OpenAsync(source, "raw"); // which takes no more than what is read of it
        Assert.AreEqual(1024 * TiB, view.Size);
    }

    [TestMethod]
    public async Task A_disk_as_large_as_may_be_is_made_and_one_of_a_sector_more_is_not()
    {
        await using var place = new Place();
        await using var cache = await place.OpenAsync(options => options with { MaxDiskBytes = 64 * MiB });
        await using var file = await cache.EnsureAsync(await place.SourceAsync(EmptyQcow2(64 * MiB)), "raw");
        Assert.AreEqual(64 * MiB, new FileInfo(file.Path).Length);
        await FailsAsync(StoreError.TooLarge, async () => await cache.EnsureAsync(await place.SourceAsync(EmptyQcow2((64 * MiB) + 512)), "raw"));
    }

    [TestMethod]
    public async Task Zeros_of_a_large_disk_are_neither_punched_nor_read_one_by_one()
    {
        const long Size = 4096 * MiB;
        await using var place = new Place();
        var disk = new FaultyDisk();
        await using var cache = await place.OpenAsync(options => options with { Disk = disk });
        await using var file = await cache.EnsureAsync(await place.SourceAsync(EmptyQcow2(Size)), "raw");
        Assert.AreEqual(Size, new FileInfo(file.Path).Length);
        Assert.IsLessThan(Size / (4 * MiB), (long)disk.Calls.Count(call => call is DiskCall.PunchHole or DiskCall.Read));
    }

    [TestMethod]
    public async Task A_disk_larger_than_files_can_be_on_the_file_system_is_TooLarge_and_not_to_be_tried_again()
    {
        await using var place = new Place();
        using var disk = SmallDisk.MountFile(place.At("disk"), "/usr/sbin/mkfs.ext4", "-q", "-F");
        await using var cache = await place.OpenAsync(options => options with { Directory = Path.Combine(disk.Path, "cache"), MaxDiskBytes = 64 * TiB });
        var source = await place.SourceAsync(EmptyQcow2(17 * TiB)); // ext4's files end just before 16
        var failure = await FailsAsync(StoreError.TooLarge, () => cache.EnsureAsync(source, "raw"));
        Assert.Contains("file system", failure.Message);
        Assert.IsFalse(failure.IsTransient);
    }

    // Version 2, with clusters of 2 MiB: a header, and a first table that leads to nothing.
    private static byte[] EmptyQcow2(long diskBytes)
    {
        const int ClusterBits = 21;
        const long BytesOfEntry = 1L << (ClusterBits + ClusterBits - 3);
        var entries = (int)((diskBytes + BytesOfEntry - 1) / BytesOfEntry);
        var image = new byte[(1 << ClusterBits) + (entries * sizeof(ulong))];
        var header = image.AsSpan();
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x514649fb);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt32BigEndian(header[20..], ClusterBits);
        BinaryPrimitives.WriteInt64BigEndian(header[24..], diskBytes);
        BinaryPrimitives.WriteInt32BigEndian(header[36..], entries);
        BinaryPrimitives.WriteInt64BigEndian(header[40..], 1 << ClusterBits);
        return image;
    }
}
