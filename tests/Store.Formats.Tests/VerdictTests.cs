using System.Text;

namespace GlanceStore.Formats.Tests;

/// <summary>Where inspectors of images are known to go wrong, and this one does not.</summary>
[TestClass]
public sealed class VerdictTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(511)]
    [DataRow(4097)]
    [DataRow(5 << 20)]
    [DataRow(int.MaxValue)]
    public void The_verdict_is_the_same_however_the_bytes_are_cut(int piece)
    {
        foreach (var name in Images().Where(name => piece > 1 || new FileInfo(MadeImages.At(name)).Length < 2 << 20))
        {
            var bytes = MadeImages.Bytes(name);
            Assert.AreEqual(Text(Sought(bytes)), Text(Passed(bytes, piece)), name);
        }
    }

    [TestMethod]
    [DataRow("v3.qcow2")]
    [DataRow("dynamic.vhdx")]
    [DataRow("footer.vmdk")]
    [DataRow("luks2.raw")]
    [DataRow("box.ova")]
    [DataRow("fixed.vhd")]
    public void The_verdict_on_an_image_that_was_cut_short_is_the_same_however_the_bytes_are_cut(string name)
    {
        var bytes = MadeImages.Bytes(name);
        foreach (var length in (int[])[0, 1, 40, 511, 512, 513, 1000, 36_863, 36_864, 36_865, 70_000, 300_000, 327_680, 1_000_000])
        {
            var cut = bytes[..Math.Min(length, bytes.Length)];
            Assert.AreEqual(Text(Sought(cut)), Text(Passed(cut, 313)), $"{name} cut to {length}");
        }
    }

    [TestMethod]
    [DataRow("hybrid.iso", "mbr")]
    [DataRow("hybrid-gpt.iso", null)]
    public void A_hybrid_iso_is_iso_and_safe_and_tells_both_sizes(string name, string? hybrid)
    {
        var found = Sought(MadeImages.Bytes(name));
        Assert.AreEqual("iso", found.Format);
        Assert.IsTrue(found.IsSafe);
        Assert.IsTrue(found.Details.ContainsKey("hybrid"));
        Assert.AreEqual(hybrid ?? found.Details["hybrid"], found.Details["hybrid"]);
        Assert.AreEqual(found.FileSize, found.VirtualSize);
        Assert.IsGreaterThan(1_000_000, long.Parse(found.Details["volume_size"], null));
    }

    [TestMethod]
    public void A_fixed_vhd_is_known_from_its_footer_whatever_the_guest_has_at_its_start()
    {
        foreach (var name in (string[])["fat.raw", "gpt.raw", "mbr.raw"])
        {
            byte[] vhd = [.. MadeImages.Bytes(name), .. MadeImages.Bytes("fixed.vhd")[^512..]];
            vhd = vhd.WithVhdFooter(48, 8 << 20, 8, alsoAtStart: false);
            var found = Sought(vhd);
            Assert.AreEqual(("vhd", 8L << 20, ""), (found.Format, found.VirtualSize, Codes(found)));
            Assert.AreEqual("fixed", found.Details["type"]);
        }
    }

    [TestMethod]
    public void A_fixed_vhd_of_511_bytes_of_footer_is_one_too()
    {
        var found = Sought(MadeImages.Bytes("fixed.vhd")[..^1]);
        Assert.AreEqual(("vhd", (12L << 20) + 1536), (found.Format, found.VirtualSize));
    }

    [TestMethod]
    public void The_size_of_a_resized_vhd_is_the_current_one_whoever_made_it()
    {
        foreach (var creator in (string[])["vpc ", "qemu", "win ", "vbox"])
        {
            var vhd = MadeImages.Bytes("dynamic-exact.vhd")
                .WithVhdFooter(28, BitConverter.ToUInt32(Encoding.ASCII.GetBytes(creator).Reverse().ToArray()), 4, alsoAtStart: true)
                .WithVhdFooter(48, 16 << 20, 8, alsoAtStart: true);
            var found = Sought(vhd);
            Assert.AreEqual((16L << 20, creator.Trim(), ""), (found.VirtualSize, found.Details["creator"], Codes(found)));
        }
    }

    [TestMethod]
    public void Extended_l2_tables_are_a_feature_and_no_danger() =>
        Assert.AreEqual(("qcow2", true, "true"), Sought(MadeImages.Bytes("extended.qcow2")) is var found
            ? (found.Format, found.IsSafe, found.Details["extended_l2"]) : default);

    [TestMethod]
    [DataRow(79, 1, "dirty")]
    [DataRow(79, 2, "corrupt")]
    [DataRow(79, 4, "data_file!")]
    [DataRow(79, 32, "unknown_features!")]
    [DataRow(72, 128, "unknown_features!")]
    public void The_feature_bits_of_qcow2_count_in_version_3(int offset, int bit, string findings) =>
        Assert.AreEqual(findings, Codes(Sought(MadeImages.Bytes("v3.qcow2").With(offset, (byte)bit))));

    [TestMethod]
    public void What_is_at_their_place_in_version_2_is_no_feature()
    {
        // A header extension: of the backing file's format, and one that nobody knows.
        Assert.AreEqual("backing_file!", Codes(Sought(MadeImages.Bytes("backing-v2.qcow2"))));
        Assert.AreEqual("", Codes(Sought(MadeImages.Bytes("v2.qcow2").With(72, [1, 2, 3, 4, 0, 0, 0, 8, 255, 255, 255, 255, 255, 255, 255, 255]))));
    }

    [TestMethod]
    public void A_vmdk_with_a_footer_is_sized_from_its_head_and_its_footer_is_checked()
    {
        var image = MadeImages.Bytes("footer.vmdk");
        Assert.AreEqual(((12L << 20) + 1536, ""), (Sought(image).VirtualSize, Codes(Sought(image))));
        var cut = Sought(image[..^512]);
        Assert.AreEqual(((12L << 20) + 1536, "footer!"), (cut.VirtualSize, Codes(cut)));

        // The capacity in the footer, and a marker that is none.
        Assert.AreEqual("footer!", Codes(Sought(image.With(image.Length - 1024 + 12, 1))));
        Assert.AreEqual("footer!", Codes(Sought(image.With(image.Length - 1536 + 12, 9))));
    }

    [TestMethod]
    public void A_boot_signature_without_a_partition_table_is_raw()
    {
        var sector = new byte[1 << 20];
        (sector[510], sector[511]) = (0x55, 0xAA);
        Assert.AreEqual("raw", Sought(sector).Format);

        // An entry beyond the end of the file, one with a boot flag that is none, one of no sectors.
        Assert.AreEqual("raw", Sought(sector.With(446, Entry(0x80, 0x83, 2048, 1 << 20))).Format);
        Assert.AreEqual("raw", Sought(sector.With(446, Entry(0x12, 0x83, 1, 100))).Format);
        Assert.AreEqual("raw", Sought(sector.With(446, Entry(0, 0x83, 1, 0))).Format);
        Assert.AreEqual("mbr", Sought(sector.With(446, Entry(0x80, 0x83, 1, 100))).Format);

        // What looks as if it protected a GUID partition table, and there is none.
        Assert.AreEqual("mbr", Sought(sector.With(446, Entry(0, 0xEE, 1, 2047))).Format);
        Assert.AreEqual("raw", Sought(sector.With(512, "EFI PART"u8.ToArray())).Format);
    }

    [TestMethod]
    [DataRow("/boot/ipxe.lkrn", "raw")]
    [DataRow("/boot/memtest86+x64.bin", "raw")]
    [DataRow("/usr/lib/ipxe/ipxe.iso", "iso")]
    [DataRow("/usr/lib/memtest86+/memtest86+x64.iso", "iso")]
    [DataRow("/usr/lib/grub-rescue/grub-rescue-cdrom.iso", "iso")]
    [DataRow("/usr/lib/grub-rescue/grub-rescue-floppy.img", "iso")]
    public void Real_kernels_are_raw_and_real_rescue_disks_are_iso(string path, string format)
    {
        if (!File.Exists(path))
        {
            Conformance.SkippedServers.Skip("rescue-disks", $"there is no {path}");
        }

        var found = Sought(File.ReadAllBytes(path));
        Assert.AreEqual((format, ""), (found.Format, Codes(found)), path);
    }

    [TestMethod]
    public void The_size_of_a_luks_disk_is_right_or_unknown_and_never_negative()
    {
        Assert.AreEqual(22L << 20, Sought(MadeImages.Bytes("luks1.raw")).VirtualSize);
        Assert.AreEqual(8L << 20, Sought(MadeImages.Bytes("luks2.raw")).VirtualSize);
        foreach (var name in (string[])["luks1.raw", "luks2.raw"])
        {
            var cut = Sought(MadeImages.Bytes(name)[..(1 << 20)]);
            Assert.IsNull(cut.VirtualSize);
            Assert.Contains("truncated", Codes(cut));
        }

        var broken = Sought(MadeImages.Bytes("luks2.raw").With(4096, "[[[["u8.ToArray()));
        Assert.AreEqual(("luks", (long?)null), (broken.Format, broken.VirtualSize));
    }

    [TestMethod]
    public void An_image_that_names_a_parent_is_unsafe_in_every_format_that_can()
    {
        Assert.AreEqual("parent!", Codes(Sought(MadeImages.Bytes("dynamic.vhd").WithVhdFooter(60, 4, 4, alsoAtStart: true))));
        Assert.AreEqual("parent!", Codes(Sought(MadeImages.Bytes("dynamic.vhdx").WithVhdxParent())));
        Assert.AreEqual("parent!", Codes(Sought(MadeImages.Bytes("dynamic.vdi").With(76, 4))));
        Assert.AreEqual("parent!", Codes(Sought(MadeImages.Bytes("dynamic.vdi").With(424, 1))));
        Assert.AreEqual("parent!", Codes(Sought(MadeImages.Bytes("parent.vmdk"))));
    }

    [TestMethod]
    public void A_vhdx_log_that_wants_replay_is_told() => Assert.AreEqual("log", Codes(Sought(MadeImages.Bytes("dynamic.vhdx").WithVhdxLog())));

    [TestMethod]
    [DataRow("v3.qcow2", 4_000_000, "truncated")]
    [DataRow("cluster-4k-zlib.qcow2", 600_000, "truncated")]
    [DataRow("v3.qcow2", 40, "truncated!")]
    [DataRow("footer.vmdk", 600_000, "footer!")]
    [DataRow("monolithicSparse.vmdk", 300, "truncated!")]
    [DataRow("dynamic.vhd", 4_000_000, "truncated")]
    [DataRow("dynamic.vhdx", 3_500_000, "truncated")]
    [DataRow("dynamic.vhdx", 100_000, "truncated!")]
    [DataRow("dynamic.vdi", 4_000_000, "truncated")]
    [DataRow("plain.iso", 1_000_000, "truncated")]
    [DataRow("gpt.raw", 4_000_000, "truncated")]
    [DataRow("gpt-4k.raw", 4_000_000, "truncated")]
    [DataRow("luks1.raw", 1_000_000, "truncated")]
    [DataRow("box.ova", 600_000, "footer! truncated")]
    [DataRow("disk.qed", 10, "banned! truncated!")]
    public void An_image_that_ends_early_is_told_and_unsafe_where_its_header_is_not_whole(string name, int length, string findings) =>
        Assert.AreEqual(findings, Codes(Sought(MadeImages.Bytes(name)[..length])));

    [TestMethod]
    public void A_file_that_is_two_formats_at_once_is_unsafe()
    {
        var iso = MadeImages.Bytes("plain.iso");
        Assert.AreEqual(("qcow2", true), Sought(iso.With(0, MadeImages.Bytes("v3.qcow2")[..512])) is var found
            ? (found.Format, Codes(found).StartsWith("multiple_formats!", StringComparison.Ordinal)) : default);
        byte[] vhd = [.. iso, .. MadeImages.Bytes("fixed.vhd")[^512..]];
        Assert.Contains("multiple_formats!", Codes(Sought(vhd)));
    }

    [TestMethod]
    [DataRow("createType=\"monolithicSparse\"", "createType=\"monolithicSparsf\"")]
    [DataRow("RW 24579 SPARSE", "RW 24579 FLATXX")]
    [DataRow("monolithicSparse.vmdk", "monolithicSpars/.vmdk")]
    [DataRow("RW 24579 SPARSE", "IT 24579 SPARSE")]
    public void A_line_that_should_not_be_in_a_vmdk_makes_it_unsafe(string line, string inItsPlace)
    {
        var image = MadeImages.Bytes("monolithicSparse.vmdk");
        var at = image.AsSpan().IndexOf(Encoding.ASCII.GetBytes(line));
        Assert.IsGreaterThan(0, at);
        Assert.StartsWith("descriptor!", Codes(Sought(image.With(at, Encoding.ASCII.GetBytes(inItsPlace)))));
    }

    [TestMethod]
    public void Nothing_but_headers_is_kept_and_nothing_at_all_once_they_were_seen()
    {
        foreach (var name in Images())
        {
            var inspector = new ImageInspector();
            var bytes = MadeImages.Bytes(name).AsSpan();
            for (long most = 0; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, 100_000)..])
            {
                inspector.Append(bytes[..Math.Min(bytes.Length, 100_000)]);
                most = Math.Max(most, inspector.HeldBytes);
                Assert.IsLessThanOrEqualTo(4L << 20, most, name);
            }

            inspector.Complete();
            Assert.AreEqual(0, inspector.HeldBytes, name);
        }
    }

    [TestMethod]
    public async Task Of_an_image_that_can_be_sought_little_is_read()
    {
        foreach (var name in Images())
        {
            await using var file = new CountingStream(File.OpenRead(MadeImages.At(name)));
            await ImageInspector.InspectAsync(file);
            Assert.IsLessThan(name.Contains("2M", StringComparison.Ordinal) ? 5L << 20 : 1L << 20, file.BytesRead, name);
        }
    }

    private static IEnumerable<string> Images() => MadeImages.All("*").Where(name => !name.EndsWith(".bin", StringComparison.Ordinal));

    private static string Codes(ImageInspection found) =>
        string.Join(' ', found.Findings.Select(finding => finding.Code + (finding.IsUnsafe ? "!" : "")));

    private static ImageInspection Sought(byte[] bytes) => ImageInspector.InspectAsync(new MemoryStream(bytes)).GetAwaiter().GetResult();

    private static ImageInspection Passed(byte[] bytes, int piece)
    {
        var inspector = new ImageInspector();
        for (var at = 0; at < bytes.Length; at += Math.Min(piece, bytes.Length - at))
        {
            inspector.Append(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        }

        return inspector.Complete();
    }

    private static string Text(ImageInspection found) => $"{found} [{string.Join(", ", found.Details.OrderBy(pair => pair.Key, StringComparer.Ordinal))}] "
        + string.Join(' ', found.Findings);

    private static byte[] Entry(byte flag, byte type, uint start, uint count) =>
        [flag, 0, 2, 0, type, 0, 0, 0, .. BitConverter.GetBytes(start), .. BitConverter.GetBytes(count)];
}
