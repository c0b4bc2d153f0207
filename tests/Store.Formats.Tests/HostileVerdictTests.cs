using System.Formats.Tar;
using System.Text;

namespace GlanceStore.Formats.Tests;

/// <summary>Images that were made to be taken for something else, and what costs more to look at than it has bytes.</summary>
[TestClass]
public sealed class HostileVerdictTests
{
    private const int SectorBytes = 512;

    [TestMethod]
    public async Task The_name_of_a_parent_in_a_comment_of_a_vmdk_is_one_because_QEMU_reads_it_there()
    {
        var image = MadeImages.Bytes("monolithicSparse.vmdk");
        var comment = Find(image, "# Extent description");
        Assert.AreEqual("parent!", await CodesAsync(image.With(comment, "# parentFileNameHint"u8.ToArray())));
    }

    [TestMethod]
    public async Task The_name_of_a_parent_behind_the_description_of_a_vmdk_is_one_because_QEMU_reads_on()
    {
        var image = MadeImages.Bytes("monolithicSparse.vmdk");
        var end = SectorBytes + Array.IndexOf(image[SectorBytes..], (byte)0);
        var full = image.With(end, Enumerable.Repeat((byte)'\n', (2 * SectorBytes) - end).ToArray()).With(36, 1);
        Assert.AreEqual("", await CodesAsync(full));
        Assert.AreEqual("parent!", await CodesAsync(full.With(2 * SectorBytes, "parentFileNameHint"u8.ToArray())));
    }

    [TestMethod]
    public async Task A_description_of_a_vmdk_that_is_not_behind_its_header_is_unsafe_because_QEMU_looks_there_all_the_same()
    {
        var image = MadeImages.Bytes("monolithicSparse.vmdk");
        Assert.AreEqual("descriptor!", await CodesAsync(image.With(28, 2)));
        Assert.AreEqual("descriptor!", await CodesAsync(image.With(28, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)));
    }

    [TestMethod]
    public async Task A_line_of_a_vmdk_that_ends_as_no_line_of_QEMUs_does_is_a_line()
    {
        var image = MadeImages.Bytes("monolithicSparse.vmdk");
        Assert.AreEqual("descriptor! descriptor!", await CodesAsync(image.With(Find(image, "# Extent description"), "#\rRW 1 FLAT \"/a\" 0\r#"u8.ToArray())), "a path, and another extent");
    }

    [TestMethod]
    public async Task A_description_that_tells_a_hundred_thousand_kinds_is_as_short_and_as_cheap_as_any()
    {
        var text = new StringBuilder("# Disk DescriptorFile\n");
        for (var i = 0; text.Length < 1_000_000; i++)
        {
            text.Append(null, $"createType=\"kind {i}\"\n");
        }

        var found = await InspectCheaplyAsync(Encoding.ASCII.GetBytes(text.ToString()), 64 << 20);
        Assert.AreEqual("several kinds at once", found.Details["create_type"]);
    }

    [TestMethod]
    public async Task A_vhd_whose_footer_names_a_parent_and_its_copy_at_the_start_does_not_is_unsafe()
    {
        var image = MadeImages.Bytes("dynamic.vhd");
        Assert.AreEqual("footer!", await CodesAsync(image.WithVhdFooter(60, 4, 4, alsoAtStart: false)));
        Assert.AreEqual("footer!", await CodesAsync(image.WithVhdFooter(48, 1 << 30, 8, alsoAtStart: false)));
        Assert.AreEqual("footer!", await CodesAsync(image.WithVhdFooter(16, 4096, 8, alsoAtStart: false)));
        Assert.AreEqual("", await CodesAsync(image.WithVhdFooter(24, 1, 4, alsoAtStart: false)), "the time may be another one");
    }

    [TestMethod]
    public async Task A_vhdx_that_says_a_thing_twice_or_has_what_must_be_known_and_is_not_is_unsafe()
    {
        var image = MadeImages.Bytes("dynamic.vhdx");
        var (metadata, table, unknown) = (new Guid("8B7CA206-4790-4B9A-B8FE-575F050F886E"), new Guid("2DC27766-F623-4200-9D64-115E9BFD4A08"), new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
        Assert.Contains("header!", await CodesAsync(image.WithVhdxRegion(metadata, isRequired: true)));
        Assert.AreEqual("header!", await CodesAsync(image.WithVhdxRegion(table, isRequired: true)));
        Assert.AreEqual("unknown_features!", await CodesAsync(image.WithVhdxRegion(unknown, isRequired: true)));
        Assert.AreEqual("", await CodesAsync(image.WithVhdxRegion(unknown, isRequired: false)));
        Assert.AreEqual("header!", await CodesAsync(image.WithVhdxMetadataTwice()));
    }

    [TestMethod]
    [DataRow(76, 3, "parent!")]
    [DataRow(424, 1, "parent!")]
    [DataRow(440, 1, "parent!")]
    [DataRow(68, 2, "header!")]
    [DataRow(70, 0, "header!")]
    public async Task A_vdi_that_depends_on_another_or_is_of_another_version_is_unsafe(int offset, int value, string findings) =>
        Assert.AreEqual(findings, await CodesAsync(MadeImages.Bytes("dynamic.vdi").With(offset, (byte)value)));

    [TestMethod]
    public async Task The_size_of_an_old_parallels_image_has_32_bits()
    {
        var image = MadeImages.Bytes("disk.parallels");
        var old = image.With(0, "WithoutFreeSpace"u8.ToArray()).With(40, 7);
        Assert.AreEqual((await InspectAsync(image)).VirtualSize, (await InspectAsync(old)).VirtualSize);
    }

    [TestMethod]
    public async Task JSON_of_LUKS_costs_no_more_memory_than_its_bytes_and_several_segments_are_no_disk()
    {
        const int Header = 4 << 20;
        var image = MadeImages.Bytes("luks2.raw").WithBigEndian(8, Header);
        var values = new byte[Header - 4096 - 100];
        Array.Fill(values, (byte)' ');
        for (var i = 0; i < values.Length - 2; i += 2)
        {
            (values[i], values[i + 1]) = ((byte)'1', (byte)',');
        }

        values[^2] = (byte)'1';
        byte[] json = [.. "{\"x\":["u8, .. values, .. "],\"segments\":{\"0\":{\"offset\":\"16777216\",\"size\":\"dynamic\"}}}\0"u8];
        Assert.AreEqual(8L << 20, (await InspectCheaplyAsync(image.With(4096, json), 20 << 20)).VirtualSize);

        Assert.AreEqual(4L << 20, (await InspectAsync(image.With(4096, "{\"segments\":{\"0\":{\"offset\":\"16777216\",\"size\":\"4194304\"}}}\0"u8.ToArray()))).VirtualSize);
        Assert.IsNull((await InspectAsync(image.With(4096, "{\"segments\":{\"0\":{\"offset\":\"16777216\"},\"1\":{\"offset\":\"17777216\"}}}\0"u8.ToArray()))).VirtualSize);
        Assert.IsNull((await InspectAsync(image.With(4096, "{\"segments\":{\"0\":{\"offset\":16777216}}}\0"u8.ToArray()))).VirtualSize);
        Assert.IsNull((await InspectAsync(image.With(4096, "{\"segments\":{\"0\":{\"offset\":\"-1\"}}}\0"u8.ToArray()))).VirtualSize);
    }

    [TestMethod]
    public async Task Whatever_is_in_an_archive_is_looked_into_under_any_name()
    {
        var safe = MadeImages.Bytes("footer.vmdk");
        var unsafeDisk = MadeImages.Bytes("backing.qcow2");
        Assert.AreEqual("", await CodesAsync(Tar(File("box.ovf", []), File("box.mf", [1]), File("disk.vmdk", safe))));
        foreach (var name in (string[])["disk.vmdk", "disk.img", "disk", "DISK.QCOW2"])
        {
            Assert.AreEqual("backing_file!", await CodesAsync(Tar(File("box.ovf", []), File(name, unsafeDisk))), name);
        }

        Assert.AreEqual("backing_file!", await CodesAsync(Tar([File("box.ovf", []), .. Enumerable.Range(0, 200).Select(i => File($"{i}", [1])), File("disk.vmdk", unsafeDisk)])));
        Assert.AreEqual("header!", await CodesAsync(Tar([File("box.ovf", []), .. Enumerable.Range(0, 256).Select(i => File($"{i}", [1])), File("disk.vmdk", unsafeDisk)])));
    }

    [TestMethod]
    public async Task A_member_of_an_archive_that_is_a_link_or_leads_out_of_its_folder_is_unsafe()
    {
        foreach (var kind in (TarEntryType[])[TarEntryType.SymbolicLink, TarEntryType.HardLink])
        {
            Assert.AreEqual("member!", await CodesAsync(Tar(File("box.ovf", []), new UstarTarEntry(kind, "disk.vmdk") { LinkName = "elsewhere" })));
        }

        foreach (var name in (string[])["../disk.vmdk", "/disk.vmdk", "a/../../disk.vmdk", "..\\disk.vmdk", $"../{new string('a', 60)}/{new string('b', 60)}"])
        {
            Assert.AreEqual("member!", await CodesAsync(Tar(File("box.ovf", []), File(name, [1]))), name);
        }

        Assert.AreEqual("", await CodesAsync(Tar(File("box.ovf", []), new UstarTarEntry(TarEntryType.Directory, "disks"), File("disks/a..b", [1]))));
    }

    [TestMethod]
    public async Task A_member_of_an_archive_that_others_take_under_another_name_is_unsafe()
    {
        var records = new PaxTarEntry(TarEntryType.RegularFile, "disk.vmdk") { DataStream = new MemoryStream([1]) };
        Assert.AreEqual("member!", await CodesAsync(Tar(File("box.ovf", []), records)));
        Assert.AreEqual("member!", await CodesAsync(Tar(File("box.ovf", []), new GnuTarEntry(TarEntryType.RegularFile, new string('a', 120)) { DataStream = new MemoryStream([1]) })));

        // Only a time.
        var image = Tar(File("box.ovf", []), File("records", "27 mtime=1700000000.123456\n"u8.ToArray()), File("disk", [1]));
        Assert.AreEqual("", await CodesAsync(image.With(Find(image, "records") + 156, (byte)'x')));
    }

    [TestMethod]
    public async Task What_is_no_member_of_an_archive_and_no_end_of_it_is_unsafe()
    {
        var image = Tar(File("box.ovf", []), File("disk.vmdk", [1]));
        Assert.AreEqual("header!", await CodesAsync(image.With(Find(image, "disk.vmdk") + 257, (byte)'U')));
        Assert.AreEqual("header!", await CodesAsync(image.With(Find(image, "disk.vmdk") + 124, 0xFF, 0xFF, 0xFF, 0xFF)));
        Assert.AreEqual("truncated", await CodesAsync(image.With(Find(image, "disk.vmdk") + 124, "77777777777"u8.ToArray())));
    }

    private static UstarTarEntry File(string name, byte[] bytes) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) };

    private static byte[] Tar(params TarEntry[] entries)
    {
        var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes))
        {
            foreach (var entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }

    private static int Find(byte[] image, string text)
    {
        var at = image.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text));
        Assert.IsGreaterThan(0, at, text);
        return at;
    }

    private static async Task<string> CodesAsync(byte[] image) =>
        string.Join(' ', (await InspectAsync(image)).Findings.Select(finding => finding.Code + (finding.IsUnsafe ? "!" : "")));

    private static Task<ImageInspection> InspectAsync(byte[] image) => ImageInspector.InspectAsync(new MemoryStream(image));

    private static async Task<ImageInspection> InspectCheaplyAsync(byte[] image, long mostBytes)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var found = await InspectAsync(image);
        Assert.IsLessThan(mostBytes, GC.GetTotalAllocatedBytes(precise: true) - before);
        return found;
    }
}
