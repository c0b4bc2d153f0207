using GlanceStore.Conformance;
using GlanceStore.Formats;
using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>The guest's disk in an image, as a raw file or as a view.</summary>
[TestClass]
public sealed class DiskTests
{
    private const int Length = 18 << 20;

    [TestMethod]
    [DataRow("qcow2", "")]
    [DataRow("qcow2", "-c")]
    [DataRow("vmdk", "-osubformat=streamOptimized")]
    [DataRow("vpc", "-oforce_size=on")]
    [DataRow("vhdx", "")]
    [DataRow("vdi", "")]
    public async Task A_disk_is_what_qemu_img_makes_of_the_image(string format, string option)
    {
        await using var place = new Place(isOnDisk: true);
        var (image, disk) = await MakeAsync(place, format, option);
        var source = await place.SourceAsync(image);
        await using var cache = await place.OpenAsync();
        await using (var view = await cache.OpenAsync(source, "raw"))
        {
            Assert.AreEqual("raw", view.Format);
            Assert.AreEqual(format == "vpc" ? "vhd" : format, view.Inspection!.Format);
            await SameAsync(disk, view);
        }

        await using var file = await cache.EnsureAsync(source, "raw");
        Assert.AreEqual(place.ImageOf(source, "raw"), file.Path);
        CollectionAssert.AreEqual(disk, await File.ReadAllBytesAsync(file.Path));
        Assert.IsLessThan(9L << 20, (await cache.ListAsync()).Single(entry => entry.Format == "raw").AllocatedBytes);
        Assert.AreEqual(image.Length, place.Driver.Bytes);
        Assert.HasCount(2, place.Entries);
    }

    [TestMethod]
    public async Task A_disk_is_there_from_the_start_and_only_what_is_read_of_it_is_fetched()
    {
        await using var place = new Place(isOnDisk: true);
        var (image, disk) = await MakeAsync(place, "qcow2", "");
        await using var cache = await place.OpenAsync();
        await using var view = await cache.OpenAsync(await place.SourceAsync(image), "raw");
        var read = new byte[512];
        Assert.AreEqual(512, await view.ReadAtAsync(1 << 20, read));
        Assert.IsTrue(disk.AsSpan(1 << 20, 512).SequenceEqual(read));
        Assert.IsLessThan(image.Length / 4, place.Driver.Bytes);
        var kinds = new List<DiskExtentKind>();
        await foreach (var extent in view.GetExtentsAsync(2 << 20, 1 << 20))
        {
            kinds.Add(extent.Kind);
        }

        Assert.DoesNotContain(DiskExtentKind.Data, kinds);
    }

    [TestMethod]
    public async Task A_disk_is_read_by_many_threads_at_once()
    {
        await using var place = new Place(isOnDisk: true);
        var (image, disk) = await MakeAsync(place, "qcow2", "-c");
        await using var cache = await place.OpenAsync(options => options with { ReadAheadBytes = 4 * ChunkBytes });
        await using var view = await cache.OpenAsync(await place.SourceAsync(image), "raw");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(async () =>
        {
            var (random, buffer) = (new Random(seed), new byte[70000]);
            for (var i = 0; i < 40; i++)
            {
                var offset = random.Next(disk.Length);
                var count = await view.ReadAtAsync(offset, buffer);
                Assert.IsTrue(disk.AsSpan(offset, count).SequenceEqual(buffer.AsSpan(0, count)), $"seed {seed}, offset {offset}");
            }
        })));
        Assert.IsLessThanOrEqualTo(image.Length, place.Driver.Bytes);
    }

    [TestMethod]
    public async Task A_disk_that_is_damaged_on_this_host_is_made_again_where_it_is_damaged()
    {
        await using var place = new Place(isOnDisk: true);
        var (image, disk) = await MakeAsync(place, "qcow2", "");
        var source = await place.SourceAsync(image);
        await using var cache = await place.OpenAsync();
        await (await cache.EnsureAsync(source, "raw")).DisposeAsync();
        var path = place.ImageOf(source, "raw");
        await using (var file = new FileStream(path, FileMode.Open))
        {
            file.Position = 1 << 20;
            file.WriteByte((byte)(disk[1 << 20] ^ 1));
        }

        await using (var view = await cache.OpenAsync(source, "raw"))
        {
            await SameAsync(disk, view);
        }

        CollectionAssert.AreEqual(disk, await File.ReadAllBytesAsync(path));
        Assert.AreEqual(image.Length, place.Driver.Bytes);
    }

    [TestMethod]
    public async Task An_image_that_is_the_disk_already_is_not_kept_twice()
    {
        await using var place = new Place();
        var bytes = Bytes(9 * ChunkBytes);
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync();
        await using var file = await cache.EnsureAsync(source, "raw");
        await using var view = await cache.OpenAsync(source, "raw");
        await SameAsync(bytes, view);
        Assert.IsNull(file.Format);
        Assert.HasCount(1, place.Entries);
    }

    [TestMethod]
    public async Task An_image_that_leads_to_another_file_is_refused_before_a_byte_is_handed_out()
    {
        await using var place = new Place(isOnDisk: true);
        var (image, _) = await MakeAsync(place, "qcow2", "");
        await File.WriteAllBytesAsync(place.At("base.qcow2"), image);
        await QemuImgAsync("create", "-q", "-f", "qcow2", "-b", place.At("base.qcow2"), "-F", "qcow2", place.At("overlay.qcow2"));
        var source = await place.SourceAsync(await File.ReadAllBytesAsync(place.At("overlay.qcow2")));
        await using var cache = await place.OpenAsync();
        await FailsAsync(StoreError.Refused, () => cache.OpenAsync(source, "raw"));
        await FailsAsync(StoreError.Refused, () => cache.EnsureAsync(source, "raw"));
    }

    [TestMethod]
    public async Task A_raw_image_that_a_guest_wrote_a_header_to_is_not_read_as_what_it_pretends_to_be()
    {
        await using var place = new Place(isOnDisk: true);
        var (image, _) = await MakeAsync(place, "qcow2", "");
        await using var cache = await place.OpenAsync();
        var source = await place.SourceAsync(image) with { DiskFormat = "raw" };
        await FailsAsync(StoreError.Unsupported, () => cache.OpenAsync(source, "raw"));
        await FailsAsync(StoreError.Unsupported, () => cache.EnsureAsync(source, "raw"));
    }

    [TestMethod]
    public async Task A_receipt_that_lies_about_the_whole_makes_no_disk()
    {
        await using var place = new Place(isOnDisk: true);
        var (image, _) = await MakeAsync(place, "qcow2", "");
        var receipt = await place.PutAsync(image);
        var lie = new ImageReceipt(receipt.Location, receipt.Size, receipt.Chunks) { MultiHash = new Digest("sha512", new string('a', 128)) };
        await using var cache = await place.OpenAsync();
        await FailsAsync(StoreError.Corrupted, () => cache.EnsureAsync(new CacheSource(lie), "raw"));
        Assert.IsFalse((await cache.ListAsync()).Any(entry => entry.IsWhole));
    }

    internal static async Task<(byte[] Image, byte[] Disk)> MakeAsync(Place place, string format, string option, int length = Length)
    {
        var disk = new byte[length];
        DirectoryTests.Random(length / 18, 4).CopyTo(disk, length / 18);
        DirectoryTests.Random(length / 6, 5).CopyTo(disk, (length / 2) + 512);
        await File.WriteAllBytesAsync(place.At("disk.raw"), disk);
        string[] options = option.StartsWith("-o", StringComparison.Ordinal) ? ["-o", option[2..]] : option.Length > 0 ? [option] : [];
        await QemuImgAsync(["convert", "-f", "raw", "-O", format, .. options, place.At("disk.raw"), place.At("disk.image")]);
        await QemuImgAsync("convert", "-f", format, "-O", "raw", place.At("disk.image"), place.At("again.raw"));
        return (await File.ReadAllBytesAsync(place.At("disk.image")), await File.ReadAllBytesAsync(place.At("again.raw")));
    }

    private static async Task QemuImgAsync(params string[] arguments)
    {
        if (!File.Exists("/usr/bin/qemu-img"))
        {
            SkippedServers.Skip("qemu-img", "there is no /usr/bin/qemu-img");
        }

        await DirectoryTests.RunAsync("/usr/bin/qemu-img", arguments);
    }
}
