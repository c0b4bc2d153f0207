using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static GlanceStore.Drivers.File.Tests.TestStore;

namespace GlanceStore.Drivers.File.Tests;

/// <summary>Writing past the page cache: what goes that way, what does not, and that either way the bytes are the same.</summary>
[TestClass]
public sealed class DirectWritesTests
{
    private const int Page = 4096;
    private const int Large = 1 << 20;

    [TestMethod]
    [DataRow(Large, 0, 0, Large, DisplayName = "aligned")]
    [DataRow(Large + 17, 0, 0, Large, DisplayName = "unaligned tail")]
    [DataRow(Page - 1, 0, 0, 0, DisplayName = "less than a block")]
    [DataRow(Large, 0, 512, 0, DisplayName = "misaligned memory")]
    [DataRow(Large, 512, 0, 0, DisplayName = "misaligned offset")]
    [DataRow(Large, 3 * Page, 0, Large, DisplayName = "block of its own")]
    public async Task Whole_blocks_from_whole_pages_go_past_the_cache_and_nothing_else(int length, long offset, int shift, int expected)
    {
        using var store = new TestStore();
        using var part = new LinuxFileSystem().CreatePart(store.Root);
        RequireDirect(part.Handle);
        using var direct = new DirectWrites(new LinuxFileSystem(), part.Handle);
        var bytes = Aligned(length, shift);

        var written = await direct.TryWriteAsync(bytes, offset, default);

        Assert.AreEqual(expected, written);
        var read = new byte[written];
        Assert.AreEqual(written, RandomAccess.Read(part.Handle, read, offset));
        Assert.IsTrue(read.AsSpan().SequenceEqual(bytes.Span[..written]));
    }

    [TestMethod]
    public async Task File_that_refuses_such_a_write_is_asked_once_only()
    {
        using var store = new TestStore();
        using var part = new LinuxFileSystem().CreatePart(store.Root);
        var host = new Host(RefusingWrites);
        using var direct = new DirectWrites(host, part.Handle);

        Assert.AreEqual(0, await direct.TryWriteAsync(Aligned(Large, 0), 0, default));
        Assert.AreEqual(0, await direct.TryWriteAsync(Aligned(Large, 0), Large, default));
        Assert.AreEqual(1, host.Opened);
        Assert.AreEqual(0, RandomAccess.GetLength(part.Handle));
    }

    [TestMethod]
    [DataRow(4 * Large, 0, DisplayName = "aligned")]
    [DataRow((3 * Large) + 17, 0, DisplayName = "unaligned tail")]
    [DataRow((3 * Large) + 17, 16, DisplayName = "misaligned memory")]
    [DataRow(Page, 0, DisplayName = "small")]
    public async Task Image_comes_back_byte_for_byte_whatever_its_size_and_memory(int length, int shift)
    {
        using var store = new TestStore();

        await ExpectWhole(store, Aligned(length, shift), 2 * Large);
    }

    [TestMethod]
    [DataRow(true, DisplayName = "to open")]
    [DataRow(false, DisplayName = "to write")]
    public async Task Image_comes_back_byte_for_byte_where_the_file_system_refuses(bool opening)
    {
        var host = new Host(() => opening ? null : RefusingWrites());
        using var store = new TestStore(host: host);

        await ExpectWhole(store, Aligned((3 * Large) + 17, 0), 2 * Large);

        Assert.AreEqual(1, host.Opened);
    }

    [TestMethod]
    [DataRow(true, 0)]
    [DataRow(false, 1)]
    public async Task Image_is_written_past_the_cache_unless_the_option_is_off(bool off, int opened)
    {
        var host = new Host(() => null);
        using var store = new TestStore(root => new FileDriverOptions { Directory = root, BypassPageCache = !off }, host);

        await ExpectWhole(store, Aligned(3 * Large, 0), int.MaxValue);

        Assert.AreEqual(opened, host.Opened);
    }

    [TestMethod]
    public async Task Thin_image_comes_back_byte_for_byte_with_its_holes()
    {
        using var store = new TestStore(root => new FileDriverOptions { Directory = root, ThinProvisioning = true });
        var bytes = Aligned((8 * Large) + 100, 0);
        bytes.Span.Slice(2 * Large, 3 * Large).Clear();
        bytes.Span[^50_000..].Clear();

        await ExpectWhole(store, bytes, 4 * Large);
    }

    [TestMethod]
    public async Task Image_on_a_tmpfs_comes_back_byte_for_byte()
    {
        using var disk = Tmpfs.Mount("size=16m");
        using var store = new TestStore(_ => new FileDriverOptions { Directory = disk.Path });

        await ExpectWhole(store, Aligned((3 * Large) + 17, 0), 2 * Large);
    }

    // A file of the kernel's that takes small numbers only, and calls anything else invalid.
    private static SafeFileHandle RefusingWrites() =>
        System.IO.File.OpenHandle("/proc/self/oom_score_adj", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);

    private static async Task ExpectWhole(TestStore store, Memory<byte> bytes, int chunk)
    {
        await using var writer = await store.Driver.OpenWriteAsync(new ImageId("x"), new WriteIntent(WriteMode.CreateNew, bytes.Length), default);
        for (var (index, offset) = (0, 0); offset < bytes.Length; index++)
        {
            var piece = bytes.Slice(offset, Math.Min(chunk, bytes.Length - offset));
            await writer.WriteChunkAsync(new Chunk(index, offset, piece, 0, offset + piece.Length == bytes.Length), default);
            offset += piece.Length;
        }

        var stored = await writer.CommitAsync(Summary(bytes.Length), default);
        Assert.IsTrue((await store.Read(stored.Location)).AsSpan().SequenceEqual(bytes.Span));
    }

    // Memory that begins so many bytes past a page.
    private static Memory<byte> Aligned(int length, int shift)
    {
        var room = GC.AllocateUninitializedArray<byte>(length + shift + Page, pinned: true);
        new Random(length).NextBytes(room);
        var toPage = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(room, 0) & (Page - 1));
        return room.AsMemory(toPage + shift, length);
    }

    private static void RequireDirect(SafeFileHandle file)
    {
        using var direct = new LinuxFileSystem().OpenDirect(file);
        if (direct is null)
        {
            Assert.Inconclusive("The file system of the temporary directory cannot be written past the page cache.");
        }
    }

    private sealed class Host(Func<SafeFileHandle?> open) : LinuxFileSystem
    {
        public int Opened { get; private set; }

        public override SafeFileHandle? OpenDirect(SafeFileHandle handle)
        {
            Opened++;
            return open();
        }
    }
}
