using GlanceStore.Conformance;

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
    public async Task Monitors_that_do_not_answer_are_told_of_within_the_time_that_connecting_may_take()
    {
        using var folder = new TemporaryConf("[global]\nfsid = 11111111-2222-3333-4444-555555555555\nmon host = [v2:127.0.0.1:1,v1:127.0.0.1:2]\nauth client required = none\n");
        await using var driver = new RbdDriver(new RbdDriverOptions { CephConf = folder.Path, ConnectTimeout = TimeSpan.FromSeconds(2) });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(
            () => driver.FindAsync(driver.LocationOf(ImageId.New()), default).AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.AreEqual(StoreError.Unavailable, error.Error, error.Message);
        Assert.IsTrue(error.IsTransient);
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

    private static RbdDriver Driver(Func<RbdDriverOptions, RbdDriverOptions> change)
    {
        if (CephServer.SkipReason is { } reason)
        {
            SkippedServers.Skip("ceph", reason);
        }

        return new RbdDriver(change(CephServer.Options()));
    }

    private sealed class TemporaryConf : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("glance-store-rbd-");

        public TemporaryConf(string text) => File.WriteAllText(Path, text);

        public string Path => System.IO.Path.Combine(_folder.FullName, "ceph.conf");

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
