using static GlanceStore.Core.Tests.Transfer.SampleBytes;

namespace GlanceStore.Core.Tests.Transfer;

// The memory that reads take, share and give back.
public sealed partial class GetPipelineTests
{
    [TestMethod]
    public async Task A_read_that_fails_or_is_left_gives_all_its_memory_back()
    {
        var receipt = await PutAsync();
        _storage.Corrupt("a", Chunk);
        var store = Store(Driver());
        await using (var stream = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt)))
        {
            await stream.ReadExactlyAsync(new byte[Chunk]);
            await Assert.ThrowsExactlyAsync<StoreException>(() => stream.ReadAsync(new byte[1]).AsTask());
        }

        await Assert.ThrowsExactlyAsync<StoreException>(() => store.OpenReadAsync(store.LocationOf(new ImageId("absent"))));
        Assert.AreEqual(0, _budget.UsedBytes);
    }

    [TestMethod]
    public async Task Many_reads_at_once_share_the_memory_there_is()
    {
        var receipt = await PutAsync();
        var store = Store(Driver());
        var streams = new List<ImageReadStream>();
        for (var i = 0; i < 8; i++)
        {
            streams.Add(await store.OpenReadAsync(receipt.Location));
        }

        foreach (var stream in streams)
        {
            CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
            await stream.DisposeAsync();
        }
    }

    [TestMethod]
    public async Task A_caller_that_opens_more_reads_than_there_is_memory_for_is_told_so()
    {
        var receipt = await PutAsync();
        var (gate, driver) = (new TaskCompletionSource(), Driver());
        driver.OnOpenRead = async (_, _, _, open) => new GatedReader(await open(), gate.Task);
        var budget = new TransferBudget(2 * Chunk);
        var store = Store(Driver(), budget, Small with { StallTimeout = TimeSpan.FromMilliseconds(500) });
        await using var first = await Store(driver, budget).OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
        var reading = first.ReadAsync(new byte[10]).AsTask();
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt)));
        Assert.AreEqual((StoreError.Throttled, true), (e.Error, e.IsTransient));
        Assert.Contains("MaxBufferBytes", e.Message);
        gate.SetResult();
        await reading;
    }
}
