using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using static GlanceStore.Core.Tests.Transfer.SampleBytes;

namespace GlanceStore.Core.Tests.Transfer;

/// <summary>Backends that say "stored" and have mixed it up, and images that are replaced in the last moment.</summary>
[TestClass]
public sealed class ReadBackTests
{
    private const int Chunk = 64 << 10;
    private static readonly ImageStoreOptions Small = new() { ChunkBytes = Chunk, RetryDelay = TimeSpan.Zero, MaxAttempts = 2 };
    private static readonly ImageId Id = new("a");
    private static readonly PutOptions ReadBack = new() { ReadBack = true };

    private readonly MemoryStorage _storage = new();
    private readonly MemoryStorage _there = new();
    private readonly ScriptedDriver _driver;
    private readonly ImageStore _store;

    public ReadBackTests()
    {
        _driver = new ScriptedDriver(new MemoryDriverOptions { Storage = _storage });
        _store = new ImageStore("s", _driver, Small, new TransferBudget(1 << 20));
    }

    [TestMethod]
    [DataRow(100)]
    [DataRow(5 * Chunk + 17)]
    public async Task A_store_that_mixed_up_what_it_was_sent_has_stored_nothing(int size)
    {
        _driver.OnCommit = async (_, commit) =>
        {
            var stored = await commit();
            _storage.Corrupt("a", size / 2);
            return stored;
        };
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => _store.PutAsync(Id, new MemoryStream(Bytes(size)), ReadBack));
        Assert.AreEqual(StoreError.Corrupted, error.Error);
        Assert.IsEmpty(_storage.Names);
    }

    [TestMethod]
    public async Task A_replacement_that_was_mixed_up_and_removed_is_not_said_to_stay()
    {
        _driver.OnCommit = async (_, commit) =>
        {
            var stored = await commit();
            _storage.Corrupt("a", 50);
            return stored;
        };
        var error = await Assert.ThrowsExactlyAsync<StoreException>(
            () => _store.PutAsync(Id, new MemoryStream(Bytes(100)), ReadBack with { Mode = WriteMode.Replace }));
        Assert.DoesNotContain("stays", error.Message);
        Assert.IsEmpty(_storage.Names);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(100)]
    [DataRow(5 * Chunk + 17)]
    public async Task An_image_that_is_read_back_whole_is_stored(int size)
    {
        var opened = 0;
        _driver.OnOpenRead = (_, _, _, call) =>
        {
            opened++;
            return call();
        };
        var receipt = await _store.PutAsync(Id, new MemoryStream(Bytes(size)), ReadBack);
        Assert.AreEqual((size, size == 0 ? 0 : 1), ((int)receipt.Size, opened), "Of an empty image there is nothing to read but its size.");
    }

    [TestMethod]
    public async Task What_replaced_the_image_before_it_was_read_back_is_not_removed()
    {
        _driver.OnCommit = async (_, commit) =>
        {
            var stored = await commit();
            await using var other = new ImageStore("o", new MemoryDriver(new MemoryDriverOptions { Storage = _storage }), Small);
            await other.PutAsync(Id, new MemoryStream(Bytes(200)), new PutOptions { Mode = WriteMode.Replace });
            return stored;
        };
        await Assert.ThrowsExactlyAsync<StoreException>(() => _store.PutAsync(Id, new MemoryStream(Bytes(100)), ReadBack));
        Assert.AreEqual(200, (await _store.FindAsync(_store.LocationOf(Id)))!.Size);
    }

    [TestMethod]
    public async Task A_move_whose_copy_was_mixed_up_leaves_the_original_and_removes_the_copy()
    {
        await using var stores = Stores(out var to);
        var receipt = await _store.PutAsync(Id, new MemoryStream(Bytes(5 * Chunk)));
        to.OnCommit = async (_, commit) =>
        {
            var stored = await commit();
            _there.Corrupt("a", Chunk);
            return stored;
        };
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.MoveAsync(receipt.Location, "to", CopyOptions.Verify(receipt)));
        Assert.AreEqual(StoreError.Corrupted, error.Error);
        Assert.AreEqual((1, 0), (_storage.Names.Count, _there.Names.Count));
    }

    [TestMethod]
    public async Task An_image_that_is_put_over_the_moved_one_in_the_last_moment_stays()
    {
        await using var stores = Stores(out _);
        var receipt = await _store.PutAsync(Id, new MemoryStream(Bytes(5 * Chunk)));
        _driver.OnDelete = () =>
        {
            using var other = new ImageStore("o", new MemoryDriver(new MemoryDriverOptions { Storage = _storage }), Small);
            other.PutAsync(Id, new MemoryStream(Bytes(200)), new PutOptions { Mode = WriteMode.Replace }).GetAwaiter().GetResult();
        };
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.MoveAsync(receipt.Location, "to", CopyOptions.Verify(receipt)));
        Assert.AreEqual(StoreError.Changed, error.Error);
        Assert.AreEqual(200, (await _store.FindAsync(_store.LocationOf(Id)))!.Size);
    }

    [TestMethod]
    public async Task What_a_driver_is_not_sure_of_is_read_before_it_is_published_however_often_that_breaks_off()
    {
        var opened = new List<long>();
        _driver.OnOpenUnsure = await SentAsync(Bytes(5 * Chunk), (offset, reader) =>
        {
            opened.Add(offset);
            return new BreakingReader(reader, Chunk + 10);
        });
        _driver.OnCommit = (_, commit) =>
        {
            Assert.HasCount(5, opened, "All of it was read before.");
            return commit();
        };
        await _store.PutAsync(Id, new MemoryStream(Bytes(5 * Chunk)));
        CollectionAssert.AreEqual(new long[] { 0, Chunk, 2 * Chunk, 3 * Chunk, 4 * Chunk }, opened, "What was compared is not read again.");
    }

    [TestMethod]
    public async Task What_a_driver_holds_that_is_not_what_was_sent_is_not_published()
    {
        var other = Bytes(5 * Chunk);
        other[3 * Chunk] ^= 1;
        foreach (var held in new[] { other, Bytes(4 * Chunk), Bytes((5 * Chunk) + 1) })
        {
            _driver.OnOpenUnsure = await SentAsync(held, (_, reader) => reader);
            _driver.OnCommit = (_, _) => throw new AssertFailedException("It was published.");
            var error = await Assert.ThrowsExactlyAsync<StoreException>(() => _store.PutAsync(Id, new MemoryStream(Bytes(5 * Chunk))));
            Assert.AreEqual(StoreError.Corrupted, error.Error);
            Assert.IsEmpty(_storage.Names);
        }
    }

    private async Task<Func<long, CancellationToken, ValueTask<DriverReader?>>> SentAsync(byte[] held, Func<long, DriverReader, DriverReader> wrap)
    {
        var driver = new MemoryDriver(new MemoryDriverOptions { Storage = new MemoryStorage() });
        using var store = new ImageStore("held", driver);
        var receipt = await store.PutAsync(Id, new MemoryStream(held));
        return async (offset, token) =>
            wrap(offset, await driver.OpenReadAsync(receipt.Location, new ReadIntent(offset == 0 ? null : new ByteRange(offset)), token));
    }

    private ImageStores Stores(out ScriptedDriver to)
    {
        to = new ScriptedDriver(new MemoryDriverOptions { Name = "to", Storage = _there });
        return new ImageStores([_store, new ImageStore("to", to, Small, new TransferBudget(1 << 20))], "s");
    }
}
