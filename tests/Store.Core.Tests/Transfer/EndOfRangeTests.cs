using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using static GlanceStore.Core.Tests.Transfer.SampleBytes;

namespace GlanceStore.Core.Tests.Transfer;

/// <summary>The end of what a driver gives is looked at, wherever a read ends.</summary>
[TestClass]
public sealed class EndOfRangeTests
{
    private const int Chunk = 64 << 10;

    private readonly MemoryStorage _storage = new();
    private readonly TransferBudget _budget = new(1 << 20);

    [TestMethod]
    [DataRow(0, 1, false)]
    [DataRow(0, 4, false)]
    [DataRow(1000, 1, false)]
    [DataRow(3 * Chunk, 1, false)]
    [DataRow(3 * Chunk, 4, false)]
    [DataRow((3 * Chunk) + 1, 1, true)]
    [DataRow((3 * Chunk) + 1, 4, true)]
    public async Task A_store_that_goes_on_behind_the_size_it_told_has_not_given_the_image(int size, int parallelism, bool verified)
    {
        var receipt = await PutAsync(size);
        await using var store = Store(parallelism, reader => new OverlongReader(reader));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => ReadAsync(store, receipt, verified ? ReadOptions.Verify(receipt) : new ReadOptions()));
        Assert.AreEqual(StoreError.Corrupted, error.Error);
        StringAssert.Contains(error.Message, "beyond byte ");
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public async Task A_store_that_goes_on_behind_a_range_has_given_another_one(int parallelism)
    {
        var receipt = await PutAsync(3 * Chunk);
        await using var store = Store(parallelism, reader => new OverlongReader(reader));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => ReadAsync(store, receipt, new ReadOptions { Range = new ByteRange(Chunk, 100) }));
        Assert.AreEqual(StoreError.Corrupted, error.Error);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(3 * Chunk)]
    public async Task A_connection_that_breaks_behind_the_last_byte_has_given_the_image(int size)
    {
        var receipt = await PutAsync(size);
        await using var store = Store(1, reader => new EndlessReader(reader));
        CollectionAssert.AreEqual(Bytes(size), await ReadAsync(store, receipt, new ReadOptions()));
    }

    private async Task<ImageReceipt> PutAsync(int size)
    {
        await using var store = Store(1, reader => reader);
        return await store.PutAsync(ImageId.New(), new MemoryStream(Bytes(size)));
    }

    private ImageStore Store(int parallelism, Func<DriverReader, DriverReader> bend)
    {
        var driver = new ScriptedDriver(new MemoryDriverOptions { Storage = _storage });
        driver.OnOpenRead = async (_, _, _, open) => bend(await open());
        var options = new ImageStoreOptions { ChunkBytes = Chunk, Parallelism = parallelism, RetryDelay = TimeSpan.Zero };
        return new ImageStore("images", driver, options, _budget);
    }

    private static async Task<byte[]> ReadAsync(ImageStore store, ImageReceipt receipt, ReadOptions options)
    {
        await using var stream = await store.OpenReadAsync(receipt.Location, options);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
