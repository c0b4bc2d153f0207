using System.Diagnostics;
using System.Text;
using GlanceStore.Conformance;
using GlanceStore.Drivers.Rbd.Native;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.Drivers.Rbd;

[TestClass]
public sealed class ConnectionTests
{
    [TestMethod]
    [DataRow("nobody", StoreError.NotAuthenticated, "ceph.client.nobody.keyring")]
    [DataRow("stranger", StoreError.AccessDenied, "profile rbd")]
    public async Task A_user_without_a_key_or_without_rights_is_told_what_is_missing(string user, StoreError expected, string told)
    {
        await using var driver = Driver(options => options with { User = user });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => driver.OpenWriteAsync(ImageId.New(), new WriteIntent(WriteMode.CreateNew, 1), default).AsTask());
        Assert.AreEqual(expected, error.Error, error.Message);
        Assert.Contains(told, error.Message);
    }

    [TestMethod]
    public async Task A_pool_that_is_not_there_is_a_mistake_of_the_configuration()
    {
        await using var driver = Driver(options => options with { Pool = "nowhere" });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => driver.FindAsync(driver.LocationOf(ImageId.New()), default).AsTask());
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error, error.Message);
    }

    [TestMethod]
    public async Task A_key_that_is_not_the_users_is_NotAuthenticated_and_not_told_and_once_it_is_mended_the_store_is_used()
    {
        Require();
        using var folder = new TestConf(CephServer.Conf);
        var key = Convert.ToBase64String([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, .. new byte[16]]);
        folder.Write("ceph.client.glance.keyring", $"[client.glance]\n\tkey = {key}\n");
        await using var driver = new RbdDriver(folder.Options with { User = "glance" });
        var error = await LookAsync(driver, StoreError.NotAuthenticated);
        Assert.Contains(folder.Folder, error.Message, "It names the keyring.");
        Assert.DoesNotContain(key, error.ToString());
        File.Copy(Path.Combine(Path.GetDirectoryName(CephServer.Conf)!, "ceph.client.glance.keyring"), Path.Combine(folder.Folder, "ceph.client.glance.keyring"), overwrite: true);
        Assert.IsNull(await driver.FindAsync(driver.LocationOf(ImageId.New()), default));
    }

    [TestMethod]
    public async Task A_configuration_that_names_no_monitor_or_is_none_or_is_not_there_is_told_as_what_it_is()
    {
        Require();
        using var folder = new TestConf(CephServer.Conf);
        folder.Write("ceph.conf", $"[global]\nfsid = {Guid.NewGuid()}\n");
        Assert.Contains("mon_host", (await LookAsync(folder.Options, StoreError.InvalidConfiguration)).Message);
        folder.Write("ceph.conf", "this is not\n[a configuration\n");
        await LookAsync(folder.Options, StoreError.InvalidConfiguration);
        var missing = Assert.ThrowsExactly<StoreException>(() => new RbdDriver(folder.Options with { CephConf = folder.Path + ".not" }));
        Assert.AreEqual(StoreError.InvalidConfiguration, missing.Error);
    }

    [TestMethod]
    public async Task A_monitor_that_refuses_is_told_of_within_the_time_that_connecting_may_take()
    {
        using var folder = TestConf.OfMonitor(1);
        await AssertNoMonitorAsync(folder);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_monitor_that_cuts_the_connection_or_says_nothing_is_told_of_within_that_time(bool cuts)
    {
        await using var listener = new LoopbackListener((_, token) => cuts ? Task.CompletedTask : Task.Delay(Timeout.Infinite, token));
        using var folder = TestConf.OfMonitor(listener.Port);
        await AssertNoMonitorAsync(folder);
        Assert.IsPositive(listener.Connections);
    }

    [TestMethod]
    public async Task A_client_that_the_cluster_has_shut_out_in_the_middle_of_a_put_is_replaced_and_the_put_goes_on()
    {
        await using var place = TestPlace.New();
        var (id, bytes) = (ImageId.New(), Programs.Image(6 << 20, seed: 1));
        await using var store = new ImageStore("rbd", place.Driver, new ImageStoreOptions { ChunkBytes = 1 << 20 });
        await using var source = new HookedStream(bytes, 3 << 20, () => ShutOut(place));
        await store.PutAsync(id, source, new PutOptions { ExpectedSize = bytes.Length });
        TestPlace.AssertSame(bytes, await place.ReadAsync(id));
        TestPlace.AssertSame(bytes, place.Rbd("export", "--no-progress", $"{id}@snap", "-"));
        Assert.IsEmpty(place.Behind.ListTrash());
    }

    [TestMethod]
    public async Task A_client_that_the_cluster_has_shut_out_while_it_reads_is_replaced_and_the_read_goes_on()
    {
        await using var place = TestPlace.New();
        var bytes = Programs.Image(3 << 20, seed: 2);
        var id = await place.PutAsync(bytes);
        await using var stream = await place.Store.OpenReadAsync(place.Store.LocationOf(id));
        await using (await place.Driver.OpenWriteAsync(ImageId.New(), new WriteIntent(WriteMode.CreateNew, 1), default))
        {
            ShutOut(place);
        }

        var read = new byte[bytes.Length];
        await stream.ReadExactlyAsync(read);
        TestPlace.AssertSame(bytes, read);
        Assert.IsNotNull(await place.Store.FindAsync(place.Store.LocationOf(id)));
    }

    [TestMethod]
    [DataRow("libc.so.6", "libglancestore-none.so.1")]
    [DataRow("libglancestore-none.so.1", "libc.so.6")]
    public async Task A_library_that_is_missing_is_Unavailable_and_told_by_its_package(string rados, string rbd)
    {
        await using var connection = new RbdConnection(
            new RbdDriverOptions(), NullLogger.Instance, () => CephLibraries.FirstMissing([rados, rbd]), TimeProvider.System);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => connection.SessionAsync(default));
        Assert.AreEqual(StoreError.Unavailable, error.Error);
        Assert.Contains("librbd1", error.Message);
        Assert.Contains("libglancestore-none.so.1", error.Message);
    }

    [TestMethod]
    public async Task A_library_that_is_installed_while_the_store_is_down_is_used_without_a_restart()
    {
        Require();
        string? missing = CephLibraries.Rbd;
        await using var connection = new RbdConnection(CephServer.Options(), NullLogger.Instance, () => missing, TimeProvider.System);
        await Assert.ThrowsExactlyAsync<StoreException>(() => connection.SessionAsync(default));
        missing = null;
        Assert.AreEqual(CephServer.Fsid, (await connection.SessionAsync(default)).Cluster.Fsid);
    }

    [TestMethod]
    [DataRow("glance", 1, "Unavailable")]
    [DataRow("nobody", 0, "NotAuthenticated")]
    public async Task The_library_writes_nothing_to_the_error_output_and_makes_no_file_whatever_its_configuration_says(string user, int monitor, string told)
    {
        Require();
        using var folder = monitor == 0 ? new TestConf(CephServer.Conf) : TestConf.OfMonitor(monitor);
        folder.Append($"log to stderr = true\nerr to stderr = true\nlog file = {folder.Folder}/$name.log\nadmin socket = {folder.Folder}/$name.$pid.asok\n");
        using var process = Programs.StartLooking(folder.Path, user);
        var errors = process.StandardError.ReadToEndAsync();
        Assert.StartsWith(told, await process.StandardOutput.ReadToEndAsync());
        Assert.AreEqual("", await errors);
        CollectionAssert.AreEqual(new[] { folder.Path }, Directory.GetFileSystemEntries(folder.Folder));
    }

    [TestMethod]
    public async Task Who_only_reads_can_read()
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync([1, 2, 3]);
        await using var driver = new RbdDriver(place.Options with { User = "reader" });
        await using var reader = await driver.OpenReadAsync(driver.LocationOf(id), new ReadIntent(), default);
        var buffer = new byte[10];
        Assert.AreEqual(3, await reader.ReadAsync(buffer, default));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => driver.DeleteAsync(driver.LocationOf(id), new DeleteIntent(), default).AsTask());
        Assert.AreEqual(StoreError.AccessDenied, error.Error, error.Message);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await place.ReadAsync(id));
    }

    private static void Require()
    {
        if (CephServer.SkipReason is { } reason)
        {
            SkippedServers.Skip("ceph", reason);
        }
    }

    private static RbdDriver Driver(Func<RbdDriverOptions, RbdDriverOptions> change)
    {
        Require();
        return new RbdDriver(change(CephServer.Options()));
    }

    private static async Task<StoreException> LookAsync(RbdDriverOptions options, StoreError expected)
    {
        await using var driver = new RbdDriver(options);
        return await LookAsync(driver, expected);
    }

    private static async Task<StoreException> LookAsync(RbdDriver driver, StoreError expected)
    {
        var error = await Assert.ThrowsExactlyAsync<StoreException>(
            () => driver.OpenWriteAsync(ImageId.New(), new WriteIntent(WriteMode.CreateNew, 1), default).AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.AreEqual(expected, error.Error, error.Message);
        return error;
    }

    private static async Task AssertNoMonitorAsync(TestConf folder)
    {
        Require();
        var began = Stopwatch.GetTimestamp();
        var error = await LookAsync(folder.Options with { ConnectTimeout = TimeSpan.FromSeconds(2) }, StoreError.Unavailable);
        Assert.IsTrue(error.IsTransient, error.Message);
        Assert.Contains("mon_host", error.Message);
        Assert.IsLessThan(TimeSpan.FromSeconds(20), Stopwatch.GetElapsedTime(began));
    }

    // By the watch of the one upload that it has open.
    private static void ShutOut(TestPlace place)
    {
        var watchers = Encoding.UTF8.GetString(place.Rados("listwatchers", $"rbd_header.{place.Behind.ListTrash().Single().Id}"));
        CephServer.Ceph("osd", "blocklist", "add", watchers["watcher=".Length..watchers.IndexOf(' ', StringComparison.Ordinal)], "120");
    }
}
