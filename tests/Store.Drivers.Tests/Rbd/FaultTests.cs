namespace GlanceStore.Drivers.Rbd;

/// <summary>A cluster that is silent, slow, dead or cut off: one clear error in bounded time, and all is well again where the cluster is.</summary>
[TestClass]
[DoNotParallelize]
public sealed class FaultTests : FaultClusterTests
{
    private static readonly ImageStoreOptions Once = new() { MaxAttempts = 1 };

    [TestMethod]
    public async Task An_OSD_that_does_not_answer_is_Stalled_and_one_that_does_again_is_used_by_the_same_connection()
    {
        FaultCluster.Require();
        await using var driver = new RbdDriver(FaultCluster.Options() with { OperationTimeout = TimeSpan.FromSeconds(2) });
        await using var store = new ImageStore("silent", driver);
        await using var once = new ImageStore("silent", driver, Once);
        var (id, bytes) = (ImageId.New(), Programs.Image(3 * Mebi, seed: 2));
        await PutAsync(store, id, bytes);
        await using (var reader = await driver.OpenReadAsync(driver.LocationOf(id), new ReadIntent(), default))
        {
            var buffer = new byte[Mebi];
            using (FaultCluster.Stand("osd"))
            {
                await AssertFailsAsync(StoreError.Stalled, () => reader.ReadAsync(buffer, default).AsTask());
                await AssertFailsAsync(StoreError.Stalled, () => once.FindAsync(store.LocationOf(id)));
                await AssertFailsAsync(StoreError.Stalled, () => PutAsync(once, ImageId.New(), bytes));
                await AssertFailsAsync(StoreError.Stalled, () => once.DeleteAsync(store.LocationOf(id)));
            }

            var count = await OnceItAnswersAsync(() => reader.ReadAsync(buffer, default).AsTask());
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
        await using var store = new ImageStore("silent", driver);
        await using var once = new ImageStore("silent", driver, Once);
        var (id, other, bytes) = (ImageId.New(), ImageId.New(), Programs.Image(Mebi, seed: 3));
        await PutAsync(store, id, bytes);
        using (FaultCluster.Stand("mon"))
        {
            await AssertReadsAsync(store, id, bytes);
            await AssertFailsAsync(StoreError.Stalled, () => PutAsync(once, other, bytes));
        }

        Assert.IsNull(await store.FindAsync(store.LocationOf(other)));
        await PutAsync(store, other, bytes);
        await AssertReadsAsync(store, other, bytes);
    }

    [TestMethod]
    public async Task A_store_whose_monitor_is_dead_is_Unavailable_and_used_without_a_restart_once_it_is_back()
    {
        FaultCluster.Require();
        await using var driver = new RbdDriver(FaultCluster.Options() with { ConnectTimeout = TimeSpan.FromSeconds(2) });
        await using var store = new ImageStore("dead", driver);
        await using var once = new ImageStore("dead", driver, Once);
        var id = ImageId.New();
        FaultCluster.Kill("mon");
        try
        {
            await AssertFailsAsync(StoreError.Unavailable, () => once.FindAsync(store.LocationOf(id)));
        }
        finally
        {
            FaultCluster.Revive("mon");
        }

        await OnceItAnswersAsync(async () =>
        {
            await PutAsync(store, id, [1, 2, 3]);
            return true;
        });
        await AssertReadsAsync(store, id, [1, 2, 3]);
    }

    [TestMethod]
    public async Task Connections_that_are_cut_in_the_middle_of_a_put_and_of_a_read_are_made_anew()
    {
        FaultCluster.Require();
        await using var driver = new RbdDriver(FaultCluster.Options());
        await using var store = new ImageStore("cut", driver, new ImageStoreOptions { ChunkBytes = Mebi });
        var (id, bytes, cuts) = (ImageId.New(), Programs.Image(12 * Mebi, seed: 8), new List<int>());
        Assert.IsNull(await store.FindAsync(store.LocationOf(id)), "It is connected from here on.");
        foreach (var at in new[] { 0, 1, 2, 3 })
        {
            await using var source = new HookedStream(bytes, (3 * at * Mebi) + 1, () => cuts.Add(FaultCluster.Cut()));
            await store.PutAsync(id, source, new PutOptions { ExpectedSize = bytes.Length, Mode = WriteMode.Replace });
            await using var stream = await store.OpenReadAsync(store.LocationOf(id));
            var read = new byte[bytes.Length];
            await stream.ReadExactlyAsync(read.AsMemory(0, (3 * at * Mebi) + 1));
            cuts.Add(FaultCluster.Cut());
            await stream.ReadExactlyAsync(read.AsMemory((3 * at * Mebi) + 1));
            TestPlace.AssertSame(bytes, read);
        }

        Assert.IsTrue(await store.DeleteAsync(store.LocationOf(id)));
        Assert.IsFalse(cuts.Contains(0), $"Connections that were cut: {string.Join(' ', cuts)}.");
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
