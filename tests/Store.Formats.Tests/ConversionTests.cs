using GlanceStore.Drivers.File;
using GlanceStore.Drivers.Memory;

namespace GlanceStore.Formats.Tests;

/// <summary>Images converted from store to store, and what becomes of a conversion that cannot be.</summary>
[TestClass]
public sealed class ConversionTests
{
    private static readonly ImageId Id = ImageId.Parse("converted");

    [TestMethod]
    [DataRow("zlib.qcow2", "qcow2")]
    [DataRow("zstd.qcow2", "qcow2")]
    [DataRow("extended.qcow2", "qcow2")]
    [DataRow("footer.vmdk", "vmdk")]
    [DataRow("dynamic-exact.vhd", "vhd")]
    [DataRow("dynamic.vhdx", "vhdx")]
    [DataRow("dynamic.vdi", "vdi")]
    [DataRow("monolithicSparse.vmdk", "vmdk")]
    [DataRow("streamOptimized.vmdk", "vmdk")]
    [DataRow("fixed.vhd", "vhd")]
    [DataRow("fixed.vhdx", "vhdx")]
    [DataRow("static.vdi", "vdi")]
    [DataRow("disk.raw", "raw")]
    [DataRow("gpt.raw", "gpt", "gpt.raw")]
    [DataRow("mbr.raw", "mbr", "mbr.raw")]
    [DataRow("hybrid.iso", "iso", "hybrid.iso")]
    public async Task A_stored_image_becomes_the_raw_disk_verified_on_the_way(string name, string format, string disk = "disk.raw")
    {
        await using var store = NewStore();
        var bytes = MadeImages.Bytes(name);
        var stored = await store.PutAsync(ImageId.New(), new MemoryStream(bytes), new PutOptions { Inspection = new PutInspection(() => new ImageInspector()) { RequiredFormat = format, RequireSafe = true } });
        Assert.AreEqual(format, stored.Inspection!.Format);
        var raw = await ImageConversion.ConvertAsync(store, stored.Location, store, Id, new ConversionOptions { Receipt = stored });
        await SameAsync(MadeImages.Bytes(disk), store, raw, name);
        Assert.IsNotNull(raw.MultiHash);
    }

    [TestMethod]
    public async Task A_file_becomes_the_raw_disk_without_being_stored_first()
    {
        await using var store = NewStore();
        await using var file = File.OpenRead(MadeImages.At("streamOptimized.vmdk"));
        await SameAsync(MadeImages.Bytes("disk.raw"), store, await ImageConversion.ConvertAsync(file, store, Id), "streamOptimized");
    }

    [TestMethod]
    [DataRow("backing.qcow2", StoreError.Refused)]
    [DataRow("disk.qed", StoreError.Refused)]
    [DataRow("disk.qcow", StoreError.Refused)]
    [DataRow("luks1.raw", StoreError.Unsupported)]
    [DataRow("disk.parallels", StoreError.Unsupported)]
    [DataRow("box.ova", StoreError.Unsupported)]
    [DataRow("disk.raw.gz", StoreError.Unsupported)]
    [DataRow("disk.raw.xz", StoreError.Unsupported)]
    [DataRow("disk.raw.zst", StoreError.Unsupported)]
    public async Task What_is_not_read_is_an_error_and_nothing_is_stored(string name, StoreError error)
    {
        await using var store = NewStore();
        await using var file = File.OpenRead(MadeImages.At(name));
        Assert.AreEqual(error, (await Assert.ThrowsExactlyAsync<StoreException>(() => ImageConversion.ConvertAsync(file, store, Id))).Error);
        Assert.IsNull(await store.FindAsync(store.LocationOf(Id)));
    }

    [TestMethod]
    public async Task An_image_that_is_cut_short_is_an_error_and_nothing_is_stored()
    {
        await using var store = NewStore();
        using var image = new MemoryStream(MadeImages.Bytes("zlib.qcow2")[..800_000]);
        Assert.AreEqual(StoreError.Corrupted, (await Assert.ThrowsExactlyAsync<StoreException>(() => ImageConversion.ConvertAsync(image, store, Id))).Error);
        Assert.IsNull(await store.FindAsync(store.LocationOf(Id)));
    }

    [TestMethod]
    public async Task A_file_that_is_written_to_while_it_is_converted_is_an_error_and_nothing_is_stored()
    {
        await using var store = NewStore();
        var path = MadeImages.At("zlib.qcow2") + ".changing";
        File.Copy(MadeImages.At("zlib.qcow2"), path);
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

        // Made once the image has been opened, and before its disk is read.
        var inspection = new PutInspection(() =>
        {
            using var other = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            other.SetLength(other.Length + 1);
            return new ImageInspector();
        });
        var options = new ConversionOptions { Put = new PutOptions { Inspection = inspection } };
        Assert.AreEqual(StoreError.Changed, (await Assert.ThrowsExactlyAsync<StoreException>(() => ImageConversion.ConvertAsync(file, store, Id, options))).Error);
        Assert.IsNull(await store.FindAsync(store.LocationOf(Id)));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_stored_image_that_is_replaced_while_it_is_converted_is_an_error_and_nothing_is_stored(bool isVerified)
    {
        using var folder = new Folder();
        await using var store = new ImageStore("file", new FileDriver(new FileDriverOptions { Directory = folder.Path }), new ImageStoreOptions { ChunkBytes = 1 << 20 }, new TransferBudget(8 << 20));
        await using var target = NewStore();
        var bytes = new byte[24 << 20];
        new Random(24).NextBytes(bytes);
        var source = await store.PutAsync(ImageId.Parse("source"), new MemoryStream(bytes));

        // Once the image has been opened and inspected; the store's memory holds only a part of it.
        var inspection = new PutInspection(() =>
        {
            Array.Reverse(bytes);
            store.PutAsync(ImageId.Parse("source"), new MemoryStream(bytes), new PutOptions { Mode = WriteMode.Replace }).GetAwaiter().GetResult();
            return new ImageInspector();
        });
        var options = new ConversionOptions { Receipt = isVerified ? source : null, Put = new PutOptions { Inspection = inspection } };
        Assert.AreEqual(StoreError.Changed, (await Assert.ThrowsExactlyAsync<StoreException>(() => ImageConversion.ConvertAsync(store, source.Location, target, Id, options))).Error);
        Assert.IsNull(await target.FindAsync(target.LocationOf(Id)));
    }

    [TestMethod]
    public async Task A_file_that_is_written_to_while_qemu_img_is_given_a_copy_of_it_is_an_error()
    {
        await using var store = NewStore();
        using var staging = new Folder();
        var path = MadeImages.At("v3.qcow2") + ".staged";
        File.Copy(MadeImages.At("v3.qcow2"), path);
        await using var file = new WrittenTo(path);
        Assert.AreEqual(StoreError.Changed, (await Assert.ThrowsExactlyAsync<StoreException>(() => ImageConversion.ConvertAsync(file, store, Id, QemuImg(staging, "vmdk")))).Error);
        Assert.IsNull(await store.FindAsync(store.LocationOf(Id)));
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(staging.Path));
    }

    [TestMethod]
    public async Task Another_format_than_raw_takes_an_engine_that_is_named()
    {
        await using var store = NewStore();
        await using var file = File.OpenRead(MadeImages.At("zlib.qcow2"));
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => ImageConversion.ConvertAsync(file, store, Id, new ConversionOptions { TargetFormat = "vmdk" }));
        Assert.AreEqual(StoreError.Unsupported, e.Error);
        Assert.Contains("qemu-img", e.Message);
    }

    [TestMethod]
    [DataRow("qcow2")]
    [DataRow("vmdk")]
    [DataRow("vhd")]
    [DataRow("vhdx")]
    [DataRow("vdi")]
    public async Task Qemu_img_converts_to_other_formats_and_the_disk_in_them_is_the_same(string format)
    {
        await using var store = NewStore();
        using var staging = new Folder();
        await using var file = File.OpenRead(MadeImages.At("zstd.qcow2"));
        var made = await ImageConversion.ConvertAsync(file, store, Id, QemuImg(staging, format));
        var image = await store.OpenReadAsync(made.Location, ReadOptions.Verify(made));
        await using var disk = await VirtualDisk.OpenAsync(image);
        Assert.AreEqual(format, disk.Inspection.Format);
        var bytes = new byte[disk.Length];
        await disk.ReadExactlyAsync(bytes);
        Assert.IsTrue(bytes.AsSpan().SequenceEqual(MadeImages.Bytes("disk.raw")));
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(staging.Path));
    }

    [TestMethod]
    public async Task A_format_that_only_qemu_img_reads_is_converted_by_it()
    {
        await using var store = NewStore();
        using var staging = new Folder();
        using var image = new MemoryStream(MadeImages.Bytes("disk.parallels"));
        image.Position = 700; // the image is what is converted, wherever its stream is
        await SameAsync(MadeImages.Bytes("disk.raw"), store, await ImageConversion.ConvertAsync(image, store, Id, QemuImg(staging, "raw")), "disk.parallels");
    }

    [TestMethod]
    public async Task A_fixed_vhd_of_any_maker_is_converted_to_its_end()
    {
        await using var store = NewStore();
        using var staging = new Folder();
        using var image = new MemoryStream(MadeImages.Bytes("fixed.vhd"));
        await SameAsync(MadeImages.Bytes("disk.raw"), store, await ImageConversion.ConvertAsync(image, store, Id, QemuImg(staging, "raw")), "fixed.vhd");
    }

    [TestMethod]
    public async Task While_qemu_img_runs_its_files_have_no_names_so_that_a_kill_leaves_none()
    {
        await using var store = NewStore();
        using var staging = new Folder();
        using var elsewhere = new Folder();
        var (listing, program) = (Path.Combine(elsewhere.Path, "listing"), Path.Combine(elsewhere.Path, "qemu-img"));
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nls -A '{staging.Path}' > '{listing}'\nulimit -t >> '{listing}'\nexec qemu-img \"$@\"\n");
        await MadeImages.RunAsync("chmod", "500", program);
        await using var file = File.OpenRead(MadeImages.At("v3.qcow2"));
        var options = QemuImg(staging, "vmdk");
        var made = await ImageConversion.ConvertAsync(file, store, Id, options with { QemuImg = options.QemuImg! with { Program = program, Timeout = TimeSpan.FromMinutes(2) } });
        Assert.IsGreaterThan(1 << 20, made.Size);

        // And what a killed process leaves running does not run for ever.
        Assert.AreEqual($"{120 * Environment.ProcessorCount}", (await File.ReadAllTextAsync(listing)).Trim());
    }

    [TestMethod]
    public async Task Qemu_img_does_not_run_out_of_address_space_for_its_threads()
    {
        using var staging = new Folder();
        for (var turn = 0; turn < 12; turn++)
        {
            await using var store = NewStore();
            await using var file = File.OpenRead(MadeImages.At("v3.qcow2"));
            var options = QemuImg(staging, "vmdk");
            var made = await ImageConversion.ConvertAsync(file, store, Id, options with { QemuImg = options.QemuImg! with { MaxMemoryBytes = 600_000_000 } });
            Assert.IsGreaterThan(1 << 20, made.Size);
        }
    }

    [TestMethod]
    public async Task Qemu_img_runs_within_limits_and_leaves_nothing_where_it_fails()
    {
        await using var store = NewStore();
        using var staging = new Folder();
        var options = QemuImg(staging, "qcow2");
        var (large, slow, absent) = (options with { QemuImg = options.QemuImg! with { MaxOutputBytes = 100_000 } },
            options with { QemuImg = options.QemuImg! with { Timeout = TimeSpan.FromTicks(1) } },
            options with { QemuImg = options.QemuImg! with { Program = "no-such-qemu-img" } });
        foreach (var (limited, error) in ((ConversionOptions, StoreError)[])[(large, StoreError.Unsupported), (slow, StoreError.Stalled), (absent, StoreError.Unsupported)])
        {
            await using var file = File.OpenRead(MadeImages.At("v3.qcow2"));
            var e = await Assert.ThrowsExactlyAsync<StoreException>(() => ImageConversion.ConvertAsync(file, store, Id, limited));
            Assert.AreEqual(error, e.Error, e.Message);
            Assert.IsEmpty(Directory.EnumerateFileSystemEntries(staging.Path));
            Assert.IsNull(await store.FindAsync(store.LocationOf(Id)));
        }
    }

    private static ConversionOptions QemuImg(Folder staging, string format) =>
        new() { Engine = ConversionEngine.QemuImg, TargetFormat = format, QemuImg = new QemuImgOptions(staging.Path) };

    private static ImageStore NewStore() => new("memory", new MemoryDriver());

    private static async Task SameAsync(byte[] expected, ImageStore store, ImageReceipt receipt, string what)
    {
        await using var image = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
        using var bytes = new MemoryStream();
        await image.CopyToAsync(bytes);
        Assert.AreEqual(expected.Length, bytes.Length, what);
        Assert.IsTrue(bytes.ToArray().AsSpan().SequenceEqual(expected), what);
    }

    // Somebody writes to it with the first read.
    private sealed class WrittenTo(string path) : FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)
    {
        private bool _isWritten;

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            if (!_isWritten)
            {
                _isWritten = true;
                using var other = new FileStream(Name, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                other.SetLength(other.Length + 512);
            }

            return base.CopyToAsync(destination, bufferSize, cancellationToken);
        }
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("glance-store-staging,").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
