using System.Text.Json;

namespace GlanceStore.Formats.Tests;

/// <summary>The guest's disk out of images that the real tools made, against what they say it is.</summary>
[TestClass]
public sealed class VirtualDiskTests
{
    private static readonly string[] Readable = ["*.qcow2", "*Sparse.vmdk", "streamOptimized.vmdk", "compat6.vmdk", "footer.vmdk", "*.vhd", "*.vhdx", "*.vdi", "g*.raw", "mbr.raw", "disk.raw", "hybrid.iso"];

    private static readonly string[] NotReadable = ["backing.qcow2", "backing-v2.qcow2", "data-file.qcow2", "sparse.qcow2", "twoGbMaxExtentSparse.vmdk", "gpt-hybrid.raw"];

    [TestMethod]
    public async Task The_disk_is_byte_for_byte_what_qemu_img_converts_it_to()
    {
        foreach (var name in Images())
        {
            var expected = await RawOfAsync(name);
            await using var disk = await OpenAsync(name);
            var actual = new byte[disk.Length];
            await disk.ReadExactlyAsync(actual);
            Same(expected, actual, name);
            Assert.AreEqual(0, await disk.ReadAsync(new byte[1]), name);
        }
    }

    [TestMethod]
    public async Task Any_part_of_the_disk_can_be_read_in_any_order()
    {
        var random = new Random(13);
        foreach (var name in Images())
        {
            var expected = await RawOfAsync(name);
            await using var disk = await OpenAsync(name, new VirtualDiskOptions { CacheBytes = VirtualDiskOptions.LeastCacheBytes, Parallelism = 3 });
            for (var i = 0; i < 60; i++)
            {
                var offset = random.Next(expected.Length);
                var part = new byte[Math.Min(random.Next(1, 200_000), expected.Length - offset)];
                disk.Position = offset;
                await disk.ReadExactlyAsync(part);
                Same(expected.AsSpan(offset, part.Length), part, $"{name} at {offset}");
            }
        }
    }

    [TestMethod]
    public async Task What_is_told_to_be_stored_or_not_is_what_qemu_img_maps()
    {
        foreach (var name in Images().Where(name => name.EndsWith("qcow2", StringComparison.Ordinal) && !name.Contains("prealloc", StringComparison.Ordinal)))
        {
            using var map = JsonDocument.Parse(await MadeImages.RunAsync("qemu-img", "map", "--output=json", "-f", "qcow2", MadeImages.At(name)));
            var expected = Merged(map.RootElement.EnumerateArray().Select(part => (part.GetProperty("start").GetInt64(), part.GetProperty("length").GetInt64(), part.GetProperty("data").GetBoolean())));
            await using var disk = await OpenAsync(name);
            var actual = new List<(long, long, bool)>();
            await foreach (var extent in disk.GetExtentsAsync())
            {
                actual.Add((extent.Offset, extent.Length, extent.Kind == DiskExtentKind.Data));
            }

            Assert.AreEqual(string.Join(' ', expected), string.Join(' ', Merged(actual)), name);
        }
    }

    [TestMethod]
    public async Task Extents_follow_each_other_without_gaps_and_what_is_no_data_is_zeros()
    {
        foreach (var name in Images())
        {
            var expected = await RawOfAsync(name);
            await using var disk = await OpenAsync(name);
            long end = 0;
            await foreach (var extent in disk.GetExtentsAsync())
            {
                Assert.AreEqual(end, extent.Offset, name);
                Assert.IsGreaterThan(0, extent.Length, name);
                end += extent.Length;
                Assert.IsTrue(extent.Kind == DiskExtentKind.Data || !expected.AsSpan((int)extent.Offset, (int)extent.Length).ContainsAnyExcept((byte)0), name);
            }

            Assert.AreEqual(expected.Length, end, name);
        }
    }

    [TestMethod]
    public async Task Extents_of_a_part_are_those_of_the_whole_cut_to_it()
    {
        await using var disk = await OpenAsync("v3.qcow2");
        var parts = new List<DiskExtent>();
        await foreach (var extent in disk.GetExtentsAsync((4 << 20) - 100, 200_000))
        {
            parts.Add(extent);
        }

        CollectionAssert.AreEqual(
            new DiskExtent[] { new((4 << 20) - 100, 100, DiskExtentKind.Hole), new(4 << 20, 199_900, DiskExtentKind.Data) }, parts);
    }

    [TestMethod]
    public async Task The_extents_of_a_huge_empty_disk_cost_nothing()
    {
        await using var disk = await OpenAsync("sparse.qcow2");
        var extents = new List<DiskExtent>();
        await foreach (var extent in disk.GetExtentsAsync())
        {
            extents.Add(extent);
        }

        CollectionAssert.AreEqual(new DiskExtent[] { new(0, 100L << 30, DiskExtentKind.Hole) }, extents);
    }

    [TestMethod]
    [DataRow("backing.qcow2")]
    [DataRow("data-file.qcow2")]
    [DataRow("parent.vmdk")]
    [DataRow("monolithicFlat.vmdk")]
    [DataRow("disk.qed")]
    [DataRow("disk.qcow")]
    [DataRow("luks2.raw")]
    public async Task What_leads_to_another_file_or_is_not_safe_is_refused_with_what_was_found(string name)
    {
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => OpenAsync(name));
        Assert.AreEqual(StoreError.Refused, e.Error);
        Assert.IsFalse(e.Inspection!.IsSafe);
    }

    [TestMethod]
    [DataRow("disk.parallels")]
    [DataRow("disk.raw.gz")]
    [DataRow("luks1.raw")]
    [DataRow("box.ova")]
    public async Task A_format_that_is_not_read_is_said_to_be_unsupported(string name) =>
        Assert.AreEqual(StoreError.Unsupported, (await Assert.ThrowsExactlyAsync<StoreException>(() => OpenAsync(name))).Error);

    [TestMethod]
    [DataRow("cluster-4k-zlib.qcow2")]
    [DataRow("streamOptimized.vmdk")]
    public async Task Compressed_clusters_that_follow_each_other_are_fetched_together_and_once(string name)
    {
        await using var file = new CountingStream(File.OpenRead(MadeImages.At(name)));
        await using var disk = await VirtualDisk.OpenAsync(file);
        await disk.CopyToAsync(Stream.Null, 4 << 20);
        Assert.IsLessThan(40, file.Reads);
        Assert.IsLessThan(file.Length * 3 / 2, file.BytesRead);
    }

    [TestMethod]
    public async Task A_grain_of_a_vmdk_that_is_another_than_its_table_says_is_an_error()
    {
        const int At = 4 << 20;
        var image = MadeImages.Bytes("streamOptimized.vmdk");
        var marker = Enumerable.Range(1, (image.Length / 512) - 1).Select(sector => sector * 512)
            .First(at => BitConverter.ToInt64(image, at) == At / 512 && image[at + 12] == 0x78);
        await using var disk = await VirtualDisk.OpenAsync(new MemoryStream(image.With(marker, 0x80)));
        await disk.ReadExactlyAsync(new byte[1 << 20]);
        disk.Position = At;
        Assert.AreEqual(StoreError.Corrupted, (await Assert.ThrowsExactlyAsync<StoreException>(() => disk.ReadExactlyAsync(new byte[1 << 20]).AsTask())).Error);
    }

    [TestMethod]
    public async Task A_vhdx_with_a_log_is_unsupported()
    {
        using var image = new MemoryStream(MadeImages.Bytes("dynamic.vhdx").WithVhdxLog());
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => VirtualDisk.OpenAsync(image));
        Assert.AreEqual(StoreError.Unsupported, e.Error);
        Assert.Contains("log", e.Message);
    }

    [TestMethod]
    public async Task A_format_that_was_named_is_the_one_that_is_read_or_none()
    {
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => OpenAsync("v3.qcow2", new VirtualDiskOptions { Format = ImageFormat.Raw }));
        Assert.AreEqual(StoreError.Unsupported, e.Error);
        await using var disk = await OpenAsync("gpt.raw", new VirtualDiskOptions { Format = ImageFormat.Raw });
        Assert.AreEqual(8 << 20, disk.Length);
    }

    [TestMethod]
    public async Task A_blocking_read_and_a_seek_from_the_end_do_what_they_do_on_any_stream()
    {
        var expected = await RawOfAsync("zlib.qcow2");
        await using var disk = await OpenAsync("zlib.qcow2");
        Assert.AreEqual(expected.Length - 700, disk.Seek(-700, SeekOrigin.End));
        var tail = new byte[1000];
        Assert.AreEqual(700, disk.Read(tail, 0, 1000));
        Same(expected.AsSpan(^700..), tail.AsSpan(0, 700), "the tail");
        Assert.ThrowsExactly<IOException>(() => disk.Seek(-1, SeekOrigin.Begin));
        Assert.ThrowsExactly<NotSupportedException>(() => disk.Write(tail, 0, 1));
    }

    private static IEnumerable<string> Images() => Readable.SelectMany(MadeImages.All).Distinct().Except(NotReadable);

    private static Task<VirtualDisk> OpenAsync(string name, VirtualDiskOptions? options = null) => VirtualDisk.OpenAsync(File.OpenRead(MadeImages.At(name)), options);

    // As qemu-img converts it, which never leaves fewer than whole sectors.
    private static async Task<byte[]> RawOfAsync(string name)
    {
        var raw = MadeImages.At(name) + ".converted";
        if (!File.Exists(raw))
        {
            var format = Path.GetExtension(name) switch { ".vhd" => "vpc", ".iso" => "raw", var extension => extension[1..] };
            string[] source = name == "fixed.vhd" || format == "vpc" ? ["--image-opts", $"driver=vpc,force_size_calc=current_size,file.filename={MadeImages.At(name)}"] : ["-f", format, MadeImages.At(name)];
            await MadeImages.RunAsync("qemu-img", ["convert", "-O", "raw", .. source, raw]);
        }

        return await File.ReadAllBytesAsync(raw);
    }

    private static List<(long Start, long Length, bool IsData)> Merged(IEnumerable<(long Start, long Length, bool IsData)> parts)
    {
        var merged = new List<(long Start, long Length, bool IsData)>();
        foreach (var part in parts)
        {
            if (merged.Count > 0 && merged[^1].IsData == part.IsData)
            {
                merged[^1] = merged[^1] with { Length = merged[^1].Length + part.Length };
            }
            else
            {
                merged.Add(part);
            }
        }

        return merged;
    }

    private static void Same(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string what)
    {
        Assert.AreEqual(expected.Length, actual.Length, what);
        Assert.AreEqual(-1, expected.SequenceEqual(actual) ? -1 : expected.CommonPrefixLength(actual), what);
    }
}
