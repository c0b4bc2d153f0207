namespace GlanceStore.Drivers.File.Tests;

/// <summary>Parts that stay, and are opened again.</summary>
[TestClass]
public sealed class ResumeTests
{
    private static readonly ImageId Id = new("x");
    private static readonly byte[] Image = TestStore.Bytes(3000);
    private static readonly WriteIntent Staying = new(WriteMode.CreateNew, Image.Length) { StaysOpen = true };

    [TestMethod]
    public async Task A_part_that_stays_is_found_by_a_sweep_once_nobody_holds_it()
    {
        using var store = new TestStore();
        var writer = await store.Driver.OpenWriteAsync(Id, Staying, default);
        Assert.AreEqual(0, await SweepAsync(store));
        await writer.DisposeAsync();
        await using (await store.Driver.ReopenWriteAsync(Id, Staying, writer.Token!, default))
        {
            Assert.AreEqual(0, await SweepAsync(store));
        }

        Assert.AreEqual(1, await SweepAsync(store));
        Assert.IsEmpty(store.Entries);
        await TestStore.Fails(StoreError.NotFound, async () => await store.Driver.ReopenWriteAsync(Id, Staying, writer.Token!, default));
    }

    [TestMethod]
    public async Task A_part_that_somebody_writes_to_is_in_use_for_the_moment()
    {
        using var store = new TestStore();
        await using var writer = await store.Driver.OpenWriteAsync(Id, Staying, default);
        var error = await TestStore.Fails(StoreError.Unavailable, async () => await store.Driver.ReopenWriteAsync(Id, Staying, writer.Token!, default));
        Assert.IsTrue(error.IsTransient);
    }

    [TestMethod]
    public async Task Bytes_that_never_reached_the_disk_are_not_taken_for_written()
    {
        using var store = new TestStore();
        var writer = await store.Driver.OpenWriteAsync(Id, Staying, default);
        await TestStore.Write(writer, Image, 1000);
        await writer.DisposeAsync();
        var part = await System.IO.File.ReadAllBytesAsync(store.Parts.Single());
        part[1500] ^= 0xff;
        await System.IO.File.WriteAllBytesAsync(store.Parts.Single(), part[..2500]);

        await using var again = await store.Driver.ReopenWriteAsync(Id, Staying, writer.Token!, default);
        Assert.IsTrue(await again.TryKeepChunkAsync(ChunkAt(0), default));
        Assert.IsFalse(await again.TryKeepChunkAsync(ChunkAt(1), default));
        Assert.IsFalse(await again.TryKeepChunkAsync(ChunkAt(2), default));
        await again.WriteChunkAsync(ChunkAt(1), default);
        await again.WriteChunkAsync(ChunkAt(2), default);
        var stored = await again.CommitAsync(TestStore.Summary(Image.Length), default);
        Assert.IsTrue((await store.Read(stored.Location)).AsSpan().SequenceEqual(Image));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("image")]
    [DataRow("../image")]
    [DataRow("../.glance-store-0.part")]
    [DataRow("/etc/.glance-store-0.part")]
    [DataRow(".glance-store-link.part")]
    public async Task A_token_leads_nowhere_but_to_a_part_of_the_store(string token)
    {
        using var store = new TestStore();
        await store.Put("image", Image);
        System.IO.File.CreateSymbolicLink(Path.Combine(store.Root, ".glance-store-link.part"), Path.Combine(store.Root, "image"));
        await TestStore.Fails(StoreError.NotFound, async () => await store.Driver.ReopenWriteAsync(Id, Staying, token, default));
    }

    [TestMethod]
    public async Task An_upload_there_is_no_room_for_leaves_no_part()
    {
        using var store = new TestStore(host: new FullFileSystem());
        await TestStore.Fails(StoreError.OutOfSpace, async () => await store.Driver.OpenWriteAsync(Id, Staying with { Size = 2 << 20 }, default));
        Assert.IsEmpty(store.Entries);
    }

    private static Chunk ChunkAt(int index) => new(index, index * 1000L, Image.AsMemory(index * 1000, 1000), 0, index == 2);

    private static async Task<int> SweepAsync(TestStore store)
    {
        var found = 0;
        await foreach (var leftover in store.Driver.SweepAsync(DateTimeOffset.UtcNow.AddDays(1), SweepMode.Remove, default))
        {
            found++;
        }

        return found;
    }

    private sealed class FullFileSystem : LinuxFileSystem
    {
        public override void Reserve(Microsoft.Win32.SafeHandles.SafeFileHandle handle, long size, string path) =>
            throw new StoreException(StoreError.OutOfSpace, "Full.");
    }
}
