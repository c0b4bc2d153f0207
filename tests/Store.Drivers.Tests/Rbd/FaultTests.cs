using System.Diagnostics;
using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>A cluster that is full, silent, slow or dead: one clear error in bounded time, and all is well again where the cluster is.</summary>
[TestClass]
[DoNotParallelize]
public sealed class FaultTests
{
    private const int Mebi = 1 << 20;

    // Of several requests one after the other, each of which may take as long as OperationTimeout says.
    private static readonly TimeSpan Bounded = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

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

        Assert.IsTrue(await InTimeAsync(DeleteAsync(store, id, pool)));
        var last = await PutWhenThereIsRoomAsync(store);
        await driver.SettledAsync();
        await driver.SweepAsync(DateTimeOffset.UtcNow.AddDays(1), SweepMode.Remove, default).ToListAsync();
        Assert.IsTrue(await store.DeleteAsync(store.LocationOf(last)));
        Assert.IsEmpty(Objects(pool), string.Join(' ', Objects(pool)));
    }

    [TestMethod]
    public async Task An_OSD_that_does_not_answer_is_Stalled_and_one_that_does_again_is_used_by_the_same_connection()
    {
        FaultCluster.Require();
        await using var driver = new RbdDriver(FaultCluster.Options() with { OperationTimeout = TimeSpan.FromSeconds(2) });
        await using var store = new ImageStore("silent", driver, new ImageStoreOptions { MaxAttempts = 1 });
        var (id, bytes) = (ImageId.New(), Programs.Image(3 * Mebi, seed: 2));
        await PutAsync(store, id, bytes);
        await using (var reader = await driver.OpenReadAsync(driver.LocationOf(id), new ReadIntent(), default))
        {
            using (FaultCluster.Stand("osd"))
            {
                await AssertFailsAsync(StoreError.Stalled, () => reader.ReadAsync(new byte[Mebi], default).AsTask());
                await AssertFailsAsync(StoreError.Stalled, () => store.FindAsync(store.LocationOf(id)));
                await AssertFailsAsync(StoreError.Stalled, () => PutAsync(store, ImageId.New(), bytes));
                await AssertFailsAsync(StoreError.Stalled, () => store.DeleteAsync(store.LocationOf(id)));
            }

            var buffer = new byte[Mebi];
            var count = await reader.ReadAsync(buffer, default);
            TestPlace.AssertSame(bytes[..count], buffer[..count]);
        }

        Assert.IsTrue(await store.DeleteAsync(store.LocationOf(id)));
        await PutAsync(store, id, bytes);
        Assert.IsTrue(await store.DeleteAsync(store.LocationOf(id)));
    }

    [TestMethod]
    public async Task A_monitor_that_does_not_answer_is_Stalled_for_what_needs_it_and_reads_go_on()
    {
        FaultCluster.Require();
        await using var driver = new RbdDriver(FaultCluster.Options() with { OperationTimeout = TimeSpan.FromSeconds(2) });
        await using var store = new ImageStore("silent", driver, new ImageStoreOptions { MaxAttempts = 1 });
        var (id, other, bytes) = (ImageId.New(), ImageId.New(), Programs.Image(Mebi, seed: 3));
        await PutAsync(store, id, bytes);
        using (FaultCluster.Stand("mon"))
        {
            await AssertReadsAsync(store, id, bytes);
            await AssertFailsAsync(StoreError.Stalled, () => PutAsync(store, other, bytes));
        }

        Assert.IsNull(await store.FindAsync(store.LocationOf(other)));
        await PutAsync(store, other, bytes);
        await AssertReadsAsync(store, other, bytes);
    }

    [TestMethod]
    [DataRow("mon")]
    [DataRow("osd")]
    public async Task A_daemon_that_is_slow_only_takes_longer(string daemon)
    {
        FaultCluster.Require();
        await using var driver = new RbdDriver(FaultCluster.Options());
        await using var store = new ImageStore("slow", driver);
        var (id, bytes) = (ImageId.New(), Programs.Image(3 * Mebi, seed: 4));
        using var enough = new CancellationTokenSource();
        var slowing = SlowAsync(daemon, enough.Token);
        await PutAsync(store, id, bytes);
        await AssertReadsAsync(store, id, bytes);
        Assert.IsTrue(await store.DeleteAsync(store.LocationOf(id)));
        await enough.CancelAsync();
        await slowing;
    }

    [TestMethod]
    [DataRow("mon")]
    [DataRow("osd")]
    public async Task A_daemon_that_is_killed_in_the_middle_of_a_put_and_comes_back_costs_nothing_but_time(string daemon)
    {
        FaultCluster.Require();
        await using var driver = new RbdDriver(FaultCluster.Options());
        await using var store = new ImageStore("killed", driver, new ImageStoreOptions { ChunkBytes = Mebi });
        var (id, bytes) = (ImageId.New(), Programs.Image(6 * Mebi, seed: 5));
        var revival = Task.CompletedTask;
        await using var source = new HookedStream(bytes, 3 * Mebi, () =>
        {
            FaultCluster.Kill(daemon);
            revival = Task.Run(() => FaultCluster.Revive(daemon));
        });
        await store.PutAsync(id, source, new PutOptions { ExpectedSize = bytes.Length });
        await revival;
        await AssertReadsAsync(store, id, bytes);
        Assert.IsTrue(await store.DeleteAsync(store.LocationOf(id)));
    }

    [TestMethod]
    public async Task A_clone_in_a_pool_that_the_user_may_not_look_into_makes_its_image_InUse()
    {
        FaultCluster.Require();
        var guests = FaultCluster.NewPool();
        var user = FaultCluster.NewUser("profile rbd", $"profile rbd pool={CephServer.Pool}");
        await using var driver = new RbdDriver(FaultCluster.Options() with { User = user });
        await using var store = new ImageStore("images", driver);
        foreach (var format in new[] { "1", "2" })
        {
            var (id, bytes) = (ImageId.New(), Programs.Image(Mebi, seed: 6));
            await PutAsync(store, id, bytes);
            string[] admin = ["--conf", FaultCluster.Conf, "--id", "admin"];
            CephServer.Run("rbd", [.. admin, "clone", "--rbd-default-clone-format", format, $"{CephServer.Pool}/{id}@snap", $"{guests}/guest-{format}"]);
            var error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.DeleteAsync(store.LocationOf(id)));
            Assert.AreEqual(StoreError.InUse, error.Error, error.Message);
            await AssertReadsAsync(store, id, bytes);
            TestPlace.AssertSame(bytes, CephServer.Run("rbd", [.. admin, "export", "--no-progress", $"{guests}/guest-{format}", "-"]));
            CephServer.Run("rbd", [.. admin, "rm", "--no-progress", $"{guests}/guest-{format}"]);
            Assert.IsTrue(await store.DeleteAsync(store.LocationOf(id)));
        }
    }

    [TestMethod]
    public async Task A_pool_that_the_user_has_no_rights_to_is_AccessDenied_and_an_older_style_of_rights_is_enough()
    {
        FaultCluster.Require();
        var elsewhere = FaultCluster.NewUser("profile rbd", "profile rbd pool=elsewhere");
        await using (var driver = new RbdDriver(FaultCluster.Options() with { User = elsewhere }))
        await using (var store = new ImageStore("denied", driver))
        {
            await AssertFailsAsync(StoreError.AccessDenied, () => store.FindAsync(store.LocationOf(ImageId.New())));
            await AssertFailsAsync(StoreError.AccessDenied, () => PutAsync(store, ImageId.New(), [1]));
        }

        await using var legacy = new RbdDriver(FaultCluster.Options() with { User = "legacy" });
        await using var old = new ImageStore("legacy", legacy);
        var (id, bytes) = (ImageId.New(), Programs.Image(Mebi, seed: 7));
        await PutAsync(old, id, bytes);
        await AssertReadsAsync(old, id, bytes);
        Assert.IsTrue(await old.DeleteAsync(old.LocationOf(id)));
    }

    private static async Task PutAsync(ImageStore store, ImageId id, byte[] bytes)
    {
        using var source = new MemoryStream(bytes, writable: false);
        await store.PutAsync(id, source, new PutOptions { ExpectedSize = bytes.Length });
    }

    private static async Task AssertReadsAsync(ImageStore store, ImageId id, byte[] bytes)
    {
        await using var stream = await store.OpenReadAsync(store.LocationOf(id));
        using var read = new MemoryStream();
        await stream.CopyToAsync(read);
        TestPlace.AssertSame(bytes, read.ToArray());
    }

    private static async Task<StoreException> AssertFailsAsync(StoreError expected, Func<Task> action)
    {
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => action().WaitAsync(Bounded));
        Assert.AreEqual(expected, error.Error, error.Message);
        return error;
    }

    private static Task<T> InTimeAsync<T>(Task<T> task) => task.WaitAsync(Bounded);

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

    // Where the pool is full still, the bytes are gone at once and the name is a moment later.
    private static async Task<bool> DeleteAsync(ImageStore store, ImageId id, string pool)
    {
        try
        {
            return await store.DeleteAsync(store.LocationOf(id));
        }
        catch (StoreException e) when (e.Error == StoreError.OutOfSpace)
        {
            Assert.IsEmpty(Objects(pool).Where(name => name.StartsWith("rbd_data.", StringComparison.Ordinal)), e.Message);
            return await store.DeleteAsync(store.LocationOf(id));
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

    private static async Task SlowAsync(string daemon, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            using (FaultCluster.Stand(daemon))
            {
                await Task.Delay(150, CancellationToken.None);
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }
}
