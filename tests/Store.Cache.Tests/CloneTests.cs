using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>Files that leave the cache, and files of another cache that come in.</summary>
[TestClass]
public sealed class CloneTests
{
    [TestMethod]
    [UnsupportedOSPlatform("windows")]
    public async Task A_clone_is_the_image_with_its_holes()
    {
        await using var place = new Place();
        var bytes = new byte[40 << 20];
        Bytes(ChunkBytes).CopyTo(bytes, 20 << 20);
        await using var cache = await place.OpenAsync();
        await using var file = await cache.EnsureAsync(await place.SourceAsync(bytes));
        await cache.CloneAsync(file, place.At("guest.raw"));
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(place.At("guest.raw")));
        Assert.IsLessThan(1L << 20, UnixFile.StatusOfName(place.At("guest.raw"))!.Value.AllocatedBytes);
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(place.At("guest.raw")));
        await FailsAsync(StoreError.AlreadyExists, () => cache.CloneAsync(file, place.At("guest.raw")));
        await FailsAsync(StoreError.Unavailable, () => cache.CloneAsync(file, place.At("nowhere/guest.raw")));
    }

    [TestMethod]
    [DataRow("/usr/sbin/mkfs.xfs", "-q")]
    [DataRow("/usr/sbin/mkfs.btrfs", "-q")]
    public async Task A_clone_shares_the_blocks_where_the_file_system_does_that(string maker, string option)
    {
        await using var place = new Place();
        using var disk = SmallDisk.MountFile(place.At("disk"), maker, option);
        var bytes = Bytes(20 * ChunkBytes);
        await using var cache = await place.OpenAsync(options => options with { Directory = Path.Combine(disk.Path, "cache") });
        await using (var file = await cache.EnsureAsync(await place.SourceAsync(bytes)))
        {
            Assert.AreEqual(CloneMethod.Reflink, await cache.CloneAsync(file, Path.Combine(disk.Path, "guest.raw")));
        }

        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(Path.Combine(disk.Path, "guest.raw")));
    }

    [TestMethod]
    public async Task A_clone_to_a_disk_that_is_full_leaves_nothing()
    {
        await using var place = new Place();
        using var disk = SmallDisk.Mount(place.At("small"), "tmpfs", "size=1m");
        await using var cache = await place.OpenAsync();
        await using var file = await cache.EnsureAsync(await place.SourceAsync(DirectoryTests.Random(3 << 20, 1)));
        await FailsAsync(StoreError.OutOfSpace, () => cache.CloneAsync(file, Path.Combine(disk.Path, "guest.raw")));
        Assert.IsEmpty(Directory.GetFiles(disk.Path));
    }

    [TestMethod]
    public async Task What_nova_cached_is_taken_over_where_it_is_the_image_and_left_where_it_is_not()
    {
        await using var place = new Place();
        var bytes = new[] { Bytes(9 * ChunkBytes), Bytes(9 << 20, seed: 2), Bytes(7 * ChunkBytes, seed: 3), Bytes(5 * ChunkBytes, seed: 4) };
        var ids = bytes.Select((_, i) => ImageId.Parse($"id-{i}")).ToArray();
        var sources = new[] { await place.SourceAsync(bytes[0]), await place.PlainSourceAsync(bytes[1]), await place.SourceAsync(bytes[2]), await place.SourceAsync(bytes[3]) };
        var nova = Directory.CreateDirectory(place.At("_base")).FullName;
        string NameOf(ImageId id) => Path.Combine(nova, Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(id.ToString()))));
        bytes[2][100] ^= 1;
        await File.WriteAllBytesAsync(NameOf(ids[0]), bytes[0]);
        await File.WriteAllBytesAsync(NameOf(ids[1]), bytes[1]);
        await File.WriteAllBytesAsync(NameOf(ids[2]), bytes[2]); // changed
        await File.WriteAllBytesAsync(NameOf(ids[3]), [.. bytes[3], 0]); // resized
        await File.WriteAllTextAsync(Path.Combine(nova, "ephemeral_1_40d1d2c"), "");

        await using var cache = await place.OpenAsync();
        var told = new List<AdoptedFile>();
        await foreach (var file in cache.AdoptAsync(nova, ids.Zip(sources, KeyValuePair.Create)))
        {
            told.Add(file);
        }

        Assert.HasCount(5, told);
        CollectionAssert.AreEquivalent(ids[..2], told.Where(file => file.IsAdopted).Select(file => file.Id!.Value).ToArray());
        Assert.Contains("not those of the image", told.Single(file => file.Id == ids[2]).Reason);
        Assert.Contains("resized", told.Single(file => file.Id == ids[3]).Reason);
        Assert.HasCount(5, Directory.GetFiles(nova));
        Assert.HasCount(2, place.Entries);
        foreach (var i in new[] { 0, 1 })
        {
            await using var file = await cache.EnsureAsync(sources[i]);
            CollectionAssert.AreEqual(bytes[i], await File.ReadAllBytesAsync(file.Path));
        }

        Assert.AreEqual(0, place.Driver.Reads);
        await FailsAsync(StoreError.NotFound, async () => await cache.AdoptAsync(place.At("nowhere"), []).GetAsyncEnumerator().MoveNextAsync());
    }
}
