using GlanceStore.Conformance;
using GlanceStore.Drivers.Rbd.Native;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.Drivers.Rbd;

[TestClass]
public sealed class EndTests
{
    // A process that ends while the library's threads still run is aborted by it, after everything it was to do was done.
    [TestMethod]
    public async Task A_store_that_is_disposed_has_let_go_of_the_cluster()
    {
        if (CephServer.SkipReason is { } reason)
        {
            SkippedServers.Skip("ceph", reason);
        }

        var connection = new RbdConnection(CephServer.Options(), NullLogger.Instance, static () => CephLibraries.Missing, TimeProvider.System);
        var session = await connection.SessionAsync(default);
        var snapshots = new RbdSnapshots(connection, TimeProvider.System);
        Assert.IsNull(await snapshots.OpenAsync(new RbdLocations(() => connection.Fsid, CephServer.Pool).Of(ImageId.New()), CephServer.Pool, default));
        snapshots.Dispose();
        Assert.IsFalse(session.Cluster.Ended.IsCompleted);
        await connection.DisposeAsync();
        Assert.IsTrue(session.Cluster.Ended.IsCompleted);
    }

    [TestMethod]
    public async Task What_is_still_open_to_read_is_closed_before_a_disposed_store_is_done()
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync([1, 2, 3]);
        var connection = new RbdConnection(place.Options, NullLogger.Instance, static () => CephLibraries.Missing, TimeProvider.System);
        var snapshots = new RbdSnapshots(connection, TimeProvider.System);
        var location = place.Driver.LocationOf(id);
        RadosCluster cluster;
        using (var lease = await snapshots.OpenAsync(location, place.Options.PoolParts.Name, default))
        {
            cluster = lease!.Snapshot.Session.Cluster;
        }

        snapshots.Dispose();
        await connection.DisposeAsync();
        Assert.IsTrue(cluster.Ended.IsCompleted);
    }
}
