namespace GlanceStore.Conformance;

/// <summary>Many transfers at once: each comes out right, and together they stay within one memory budget.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class ConcurrencySuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    public Task Many_puts_at_once_are_all_stored_whole() => WhereItWrites(async () =>
    {
        var images = Enumerable.Range(0, 16).Select(i => NewImage(Chunks(i % 4, i))).ToArray();
        await Task.WhenAll(images.Select(image => PutAsync(image)));
        foreach (var image in images)
        {
            await AssertStoredAsync(image);
        }
    });

    [TestMethod]
    public async Task Many_reads_of_one_image_at_once_all_come_back_whole()
    {
        var image = await SeedImageAsync(Chunks(3, 7));
        var reads = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ReadAsync(image, Verified(image))));
        Array.ForEach(reads, bytes => AssertSame(image.Bytes, bytes));
    }

    [TestMethod]
    public Task Puts_reads_and_deletes_at_once_do_not_disturb_each_other() => WhereItDeletes(() => WhereItWrites(async () =>
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            var image = NewImage(Chunks(i % 3, i));
            await PutAsync(image);
            AssertSame(image.Bytes, await ReadAsync(image, Verified(image)));
            Assert.IsTrue(await Store.DeleteAsync(LocationOf(image), cancellationToken: Cancellation));
        }));
        await AssertNothingLeftAsync();
    }));

    [TestMethod]
    public Task Puts_that_share_a_small_budget_all_end_and_stay_within_it() => WhereItWrites(async () =>
    {
        var budget = new TransferBudget(Chunks(6));
        var most = 0L;
        var plan = new FaultPlan();
        plan.OnEach(DriverCall.WriteChunk).Do(() =>
        {
            most = Math.Max(most, budget.UsedBytes);
            return Task.CompletedTask;
        });
        await using var store = new ImageStore("small", new FaultyDriver(await Harness.CreateDriverAsync(), plan), Options, budget);
        var images = Enumerable.Range(0, 10).Select(_ => NewImage(Chunks(4, 1))).ToArray();
        await Task.WhenAll(images.Select(image =>
            store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = image.Length }, Cancellation)));
        Assert.IsLessThanOrEqualTo(budget.Bytes, most);
        Assert.AreEqual(0, budget.UsedBytes);
        foreach (var image in images)
        {
            await AssertStoredAsync(image);
        }
    });

    [TestMethod]
    public Task An_image_read_while_it_is_replaced_comes_whole_or_not_at_all() => WhereItWrites(async () =>
    {
        var first = NewImage(Chunks(3));
        var second = NewImage(first.Id, Chunks(3));
        await PutAsync(first);
        var reads = Enumerable.Range(0, 6).Select(async _ =>
        {
            byte[] bytes = [];
            var error = await ErrorOfAsync(async () => bytes = await ReadAsync(first));
            return (bytes, error);
        }).ToArray();
        await PutAsync(second, WriteMode.Replace);
        foreach (var (bytes, error) in await Task.WhenAll(reads))
        {
            var whole = bytes.AsSpan().SequenceEqual(first.Bytes) || bytes.AsSpan().SequenceEqual(second.Bytes);
            Assert.IsTrue(error is { Error: StoreError.Changed or StoreError.NotFound } || whole, "The read mixed two images.");
        }
    });
}
