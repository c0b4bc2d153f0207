using GlanceStore.Drivers.Memory;

namespace GlanceStore.Core.Tests.Configuration;

[TestClass]
public sealed class ChangingStoresTests
{
    private static readonly byte[] Image = new byte[300_000];

    private readonly ScriptedDriver _driver = new(new MemoryDriverOptions { Name = "leaving" });

    [TestMethod]
    public async Task A_store_added_at_run_time_is_served()
    {
        await using var stores = Stores();
        stores.Add(new ImageStore("new", new MemoryDriver(new MemoryDriverOptions { Name = "new" })));
        Assert.AreEqual("staying,leaving,new", string.Join(',', stores.Ids));
        Assert.AreEqual("new", stores.ParseLocation("memory://new/a").StoreId);
        var error = Assert.ThrowsExactly<StoreException>(() => stores.Add(new ImageStore("NEW", new MemoryDriver())));
        Assert.AreEqual((StoreError.InvalidConfiguration, "The store 'NEW' is there twice."), (error.Error, error.Message));
    }

    [TestMethod]
    public async Task A_store_that_was_down_comes_back_by_being_added()
    {
        await using var stores = new ImageStores([new ImageStore("a", new MemoryDriver())], "a", [new DownStore("b", "memory", "Broken.")]);
        stores.Add(new ImageStore("b", new MemoryDriver(new MemoryDriverOptions { Name = "b" })));
        Assert.IsEmpty(stores.Down);
        Assert.AreEqual("b", stores["b"].Id);
    }

    [TestMethod]
    public async Task A_removed_store_is_not_found_any_more_and_the_error_says_that_it_was_removed()
    {
        await using var stores = Stores();
        var receipt = await stores["leaving"].PutAsync(new ImageId("a"), new MemoryStream(Image));
        Assert.IsTrue(await stores.RemoveAsync("Leaving"));
        Assert.IsFalse(await stores.RemoveAsync("leaving"));
        Assert.AreEqual(1, _driver.Closed);
        var error = Assert.ThrowsExactly<StoreException>(() => stores.StoreOf(receipt.Location));
        Assert.AreEqual((StoreError.InvalidConfiguration, "The store 'leaving' was removed; there is 'staying'."), (error.Error, error.Message));
        Assert.ThrowsExactly<StoreException>(() => stores.ParseLocation(receipt.Location.Uri));
    }

    [TestMethod]
    public async Task The_default_store_is_not_removed_before_another_one_is_the_default()
    {
        await using var stores = Stores();
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.RemoveAsync("staying").AsTask());
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        stores.MakeDefault("leaving");
        Assert.IsTrue(await stores.RemoveAsync("staying"));
        Assert.AreEqual("leaving", stores.Default.Id);
    }

    [TestMethod]
    public async Task A_put_under_way_in_a_removed_store_ends_well_and_then_the_driver_is_disposed()
    {
        await using var stores = Stores();
        var (reached, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        _driver.OnCommit = async (_, commit) =>
        {
            reached.SetResult();
            await gate.Task;
            return await commit();
        };
        var put = stores["leaving"].PutAsync(new ImageId("a"), new MemoryStream(Image));
        await reached.Task;
        await stores.RemoveAsync("leaving");
        Assert.AreEqual(0, _driver.Closed);
        gate.SetResult();
        Assert.AreEqual(Image.Length, (await put).Size);
        Assert.AreEqual(1, _driver.Closed);
    }

    [TestMethod]
    public async Task A_read_under_way_in_a_removed_store_goes_on_and_its_end_disposes_the_driver()
    {
        await using var stores = Stores();
        var leaving = stores["leaving"];
        var receipt = await leaving.PutAsync(new ImageId("a"), new MemoryStream(Image));
        await using (var stream = await leaving.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt)))
        {
            await stores.RemoveAsync("leaving");
            await stream.ReadExactlyAsync(new byte[Image.Length]);
            Assert.AreEqual(0, _driver.Closed);
        }

        Assert.AreEqual(1, _driver.Closed);
        foreach (var begun in new Func<Task>[]
        {
            () => leaving.OpenReadAsync(receipt.Location),
            () => leaving.PutAsync(new ImageId("b"), new MemoryStream(Image)),
            () => leaving.FindAsync(receipt.Location),
            () => leaving.DeleteAsync(receipt.Location),
        })
        {
            var error = await Assert.ThrowsExactlyAsync<StoreException>(begun);
            Assert.AreEqual("The store 'leaving' was removed or disposed.", error.Message);
        }
    }

    [TestMethod]
    public async Task Stores_that_come_and_go_disturb_no_transfer()
    {
        await using var stores = Stores();
        var changing = Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                stores.Add(new ImageStore($"s{i}", new MemoryDriver(new MemoryDriverOptions { Name = $"s{i}" })));
                Assert.IsTrue(await stores.RemoveAsync($"s{i}"));
            }
        });
        await Parallel.ForAsync(0, 200, async (i, token) =>
        {
            var receipt = await stores["leaving"].PutAsync(new ImageId($"a{i}"), new MemoryStream([1, 2, 3]), cancellationToken: token);
            await using var stream = await stores.StoreOf(new ImageLocation(receipt.Location.Uri, null))
                .OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt), token);
            await stream.ReadExactlyAsync(new byte[3], token);
        });
        await changing;
        Assert.AreEqual("staying,leaving", string.Join(',', stores.Ids));
    }

    private ImageStores Stores() => new(
        [
            new ImageStore("staying", new MemoryDriver(new MemoryDriverOptions { Name = "staying" })),
            new ImageStore("leaving", _driver, new ImageStoreOptions { ChunkBytes = 64 << 10 }),
        ], "staying");
}
