using System.Diagnostics;
using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>A pool that is full by its quota: no waiting for room, reads and deletes go on.</summary>
[TestClass]
[DoNotParallelize]
public sealed class FullPoolTests : FaultClusterTests
{
    [TestMethod]
    public async Task A_full_pool_is_OutOfSpace_at_once_a_delete_frees_its_bytes_and_then_there_is_room_again()
    {
        FaultCluster.Require();
        var pool = FaultCluster.NewPool();
        FaultCluster.Ceph("osd", "pool", "set-quota", pool, "max_bytes", $"{8 * Mebi}");
        await using var driver = new RbdDriver(FaultCluster.Options(pool));
        await using var store = new ImageStore("full", driver);
        var id = ImageId.New();
        var bytes = Programs.Image(12 * Mebi, seed: 1);
        await PutAsync(store, id, bytes);
        var error = await FillAsync(store);
        Assert.Contains("full", error.Message);
        Assert.IsFalse(error.IsTransient);
        await driver.SettledAsync();
        var own = IdOf(pool, id);
        Assert.IsEmpty(
            Objects(pool).Where(name => name.StartsWith("rbd_data.", StringComparison.Ordinal) && !name.Contains(own, StringComparison.Ordinal)),
            "No byte of what did not fit is left.");
        await using (var stream = await store.OpenReadAsync(store.LocationOf(id)))
        {
            var read = new byte[bytes.Length];
            await stream.ReadExactlyAsync(read);
            TestPlace.AssertSame(bytes, read, "A full pool is read from.");
        }

        await DeleteAsync(store, id, pool);
        var last = await PutWhenThereIsRoomAsync(store);
        await driver.SettledAsync();
        await driver.SweepAsync(DateTimeOffset.UtcNow.AddDays(1), SweepMode.Remove, default).ToListAsync();
        Assert.IsTrue(await store.DeleteAsync(store.LocationOf(last)));
        Assert.IsEmpty(Objects(pool), string.Join(' ', Objects(pool)));
    }

    private static string[] Objects(string pool)
    {
        using var behind = Behind(pool);
        return [.. CephServer.Objects(behind.Pool)];
    }

    private static string IdOf(string pool, ImageId id)
    {
        using var behind = Behind(pool);
        return behind.Pool.FindImageId(id.Value)!;
    }

    private static RbdSession Behind(string pool)
    {
        var cluster = RadosCluster.Create("admin", FaultCluster.Conf);
        cluster.Connect();
        return new RbdSession(cluster, RadosPool.Open(cluster, pool, null), RbdImage.Layering);
    }

    // The manager counts what is in a pool, and the monitor compares it with the quota, every few seconds.
    private static async Task<StoreException> FillAsync(ImageStore store)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            var (id, attempt) = (ImageId.New(), Stopwatch.GetTimestamp());
            try
            {
                await PutAsync(store, id, [1]);
                await store.DeleteAsync(store.LocationOf(id));
            }
            catch (StoreException e)
            {
                Assert.AreEqual(StoreError.OutOfSpace, e.Error, e.Message);
                Assert.IsLessThan(Bounded, Stopwatch.GetElapsedTime(attempt));
                return e;
            }
        }

        Assert.Fail("The pool does not get full.");
        return null!;
    }

    // Where the pool is full still, the bytes are gone at once and the name is as soon as the pool has noticed.
    private static async Task DeleteAsync(ImageStore store, ImageId id, string pool)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                Assert.IsTrue(await store.DeleteAsync(store.LocationOf(id)).WaitAsync(Bounded));
                return;
            }
            catch (StoreException e) when (e.Error == StoreError.OutOfSpace && Stopwatch.GetElapsedTime(began) < Patience)
            {
                Assert.IsEmpty(Objects(pool).Where(name => name.StartsWith("rbd_data.", StringComparison.Ordinal)), e.Message);
            }
        }
    }

    private static async Task<ImageId> PutWhenThereIsRoomAsync(ImageStore store)
    {
        for (var (began, id) = (Stopwatch.GetTimestamp(), ImageId.New()); ;)
        {
            try
            {
                await PutAsync(store, id, [1, 2, 3]);
                return id;
            }
            catch (StoreException e) when (e.Error == StoreError.OutOfSpace && Stopwatch.GetElapsedTime(began) < Patience)
            {
            }
        }
    }
}
