using GlanceStore.Conformance;
using GlanceStore.Drivers.Memory;

namespace GlanceStore.Core.Tests.Transfer;

/// <summary>The n-th call of one of three targets fails, for every n there is; afterwards the image is where it was said to be, whole.</summary>
[TestClass]
public sealed class FailAtEveryStepTests
{
    private static readonly ImageStoreOptions Small = new() { ChunkBytes = 64 << 10, RetryDelay = TimeSpan.Zero, Parallelism = 2, MaxAttempts = 3 };
    private static readonly ImageId Id = new("a");
    private static readonly string[] Targets = ["a", "b", "c"];

    [TestMethod]
    [DataRow(300_000)]
    [DataRow(1000)]
    public async Task A_put_that_fails_for_good_at_any_step_of_one_target_leaves_nothing_anywhere(int length)
    {
        await EachStepAsync(length, PutPolicy.AllOrNothing, spot => spot.Fail(StoreError.AccessDenied), (report, held) =>
        {
            Assert.IsNull(report);
            Assert.IsEmpty(held);
        });
    }

    [TestMethod]
    [DataRow(300_000)]
    [DataRow(1000)]
    public async Task With_best_effort_it_leaves_the_image_in_the_others(int length)
    {
        await EachStepAsync(length, PutPolicy.BestEffort, spot => spot.Fail(StoreError.AccessDenied), (report, held) =>
        {
            Assert.AreEqual(StoreError.AccessDenied, report!.Outcomes[1].Error!.Error);
            CollectionAssert.AreEqual(new[] { "a", "c" }, held);
        });
    }

    [TestMethod]
    [DataRow(300_000)]
    [DataRow(1000)]
    public async Task A_put_passes_over_a_failure_or_a_lost_reply_at_any_step_of_one_target(int length)
    {
        foreach (var fault in new Action<FaultSpot>[] { spot => spot.FailTransiently(), spot => spot.LoseReply() })
        {
            await EachStepAsync(length, PutPolicy.AllOrNothing, fault, (report, held) =>
            {
                Assert.IsTrue(report!.IsComplete);
                CollectionAssert.AreEqual(Targets, held);
            });
        }
    }

    // Until a put makes fewer calls than the step that was to fail.
    private static async Task EachStepAsync(int length, PutPolicy policy, Action<FaultSpot> fault, Action<PutReport?, string[]> check)
    {
        for (var step = 1; ; step++)
        {
            var storages = Targets.ToDictionary(id => id, _ => new MemoryStorage());
            var plan = new FaultPlan();
            fault(plan.AtStep(step));
            await using var stores = Stores(storages, plan);
            var report = await PutAsync(stores, length, policy);
            if (!plan.AllFired)
            {
                Assert.IsTrue(report!.IsComplete);
                Assert.IsGreaterThan(1, step);
                return;
            }

            check(report, [.. Targets.Where(id => storages[id].Names.Count > 0)]);
            foreach (var receipt in report?.Receipts ?? [])
            {
                await using var stored = await stores.StoreOf(receipt.Location).OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
                await stored.ReadExactlyAsync(new byte[length]);
            }
        }
    }

    private static async Task<PutReport?> PutAsync(ImageStores stores, int length, PutPolicy policy)
    {
        try
        {
            return await stores.PutAsync(Id, new Pipe(length), Targets, new PutOptions { Policy = policy, ExpectedSize = length });
        }
        catch (StoreException e) when (e.Error == StoreError.AccessDenied && e.StoreId == "b")
        {
            return null;
        }
    }

    private static ImageStores Stores(Dictionary<string, MemoryStorage> storages, FaultPlan plan)
    {
        var budget = new TransferBudget(1 << 20);
        return new ImageStores(storages.Select(storage =>
        {
            var driver = new MemoryDriver(new MemoryDriverOptions { Name = storage.Key, Storage = storage.Value });
            return new ImageStore(storage.Key, storage.Key == "b" ? new FaultyDriver(driver, plan) : driver, Small, budget);
        }), "a");
    }
}
