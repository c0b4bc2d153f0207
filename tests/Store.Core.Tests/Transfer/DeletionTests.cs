using GlanceStore.Conformance;
using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;

namespace GlanceStore.Core.Tests.Transfer;

[TestClass]
public sealed class DeletionTests
{
    private static readonly ImageStoreOptions Quick = new() { RetryDelay = TimeSpan.FromMilliseconds(1) };

    [TestMethod]
    public async Task A_delete_whose_answer_was_lost_has_deleted()
    {
        var plan = new FaultPlan();
        plan.On(DriverCall.Delete, nth: 1).LoseReply();
        await using var store = new ImageStore("s", new FaultyDriver(new MemoryDriver(), plan), Quick);
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(new byte[1000]));
        Assert.IsTrue(await store.DeleteAsync(receipt.Location), "This very call deleted it.");
        plan.AssertAllFired();
        Assert.IsFalse(await store.DeleteAsync(receipt.Location));
    }

    [TestMethod]
    public async Task A_delete_whose_answer_never_comes_has_deleted()
    {
        var (driver, behind) = TwoOnOneStorage();
        await using var both = behind;
        await using var store = new ImageStore("s", driver, Quick);
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(new byte[1000]));
        var calls = 0;
        driver.OnDelete = () =>
        {
            if (++calls == 1)
            {
                Assert.IsTrue(behind.DeleteAsync(receipt.Location, new DeleteIntent(), default).GetAwaiter().GetResult());
                throw new OperationCanceledException("The time is up, and the server has said nothing.");
            }
        };
        Assert.IsTrue(await store.DeleteAsync(receipt.Location), "This very call deleted it.");
        Assert.AreEqual(2, calls);
    }

    [TestMethod]
    public async Task A_delete_of_which_every_answer_was_lost_is_settled_by_looking()
    {
        var (driver, behind) = TwoOnOneStorage();
        await using var both = behind;
        await using var store = new ImageStore("s", driver, Quick);
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(new byte[1000]));
        driver.OnDelete = () => throw new StoreException(StoreError.Unavailable, "The answer is lost.") { IsTransient = true };
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => store.DeleteAsync(receipt.Location), "It is still there.");
        Assert.AreEqual((StoreError.Unavailable, Quick.MaxAttempts), (e.Error, e.Attempts));
        Assert.IsTrue(await behind.DeleteAsync(receipt.Location, new DeleteIntent(), default));
        Assert.IsTrue(await store.DeleteAsync(receipt.Location), "It is gone, whatever was answered.");
    }

    [TestMethod]
    public async Task A_condition_that_fails_on_its_own_success_is_no_replacement()
    {
        var (driver, behind) = TwoOnOneStorage();
        await using var both = behind;
        await using var store = new ImageStore("s", driver, Quick);
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(new byte[1000]));
        var found = await store.FindAsync(receipt.Location);
        var calls = 0;
        driver.OnDelete = () =>
        {
            if (++calls == 1)
            {
                Assert.IsTrue(behind.DeleteAsync(receipt.Location, new DeleteIntent(), default).GetAwaiter().GetResult());
                throw new StoreException(StoreError.Unavailable, "The answer is lost.") { IsTransient = true };
            }

            throw new StoreException(StoreError.Changed, "The condition of what is not there does not hold.");
        };
        Assert.IsTrue(await store.DeleteAsync(receipt.Location, new DeleteOptions { VersionTag = found!.VersionTag }));
        Assert.AreEqual(2, calls);
    }

    [TestMethod]
    public async Task What_took_the_place_of_an_image_stays_although_an_answer_was_lost()
    {
        var driver = new ScriptedDriver();
        await using var store = new ImageStore("s", driver, Quick);
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(new byte[1000]));
        var calls = 0;
        driver.OnDelete = () =>
        {
            if (++calls == 1)
            {
                throw new StoreException(StoreError.Unavailable, "The answer is lost.") { IsTransient = true };
            }
        };
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => store.DeleteAsync(receipt.Location, new DeleteOptions { VersionTag = "another" }));
        Assert.AreEqual(StoreError.Changed, e.Error);
        Assert.IsNotNull(await store.FindAsync(receipt.Location));
    }

    private static (ScriptedDriver Driver, MemoryDriver Behind) TwoOnOneStorage()
    {
        var options = new MemoryDriverOptions { Storage = new MemoryStorage() };
        return (new ScriptedDriver(options), new MemoryDriver(options));
    }
}
