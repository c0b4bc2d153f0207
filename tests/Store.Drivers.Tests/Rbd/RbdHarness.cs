using System.Collections.Concurrent;
using GlanceStore.Conformance;
using GlanceStore.Drivers.Rbd.Native;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.Drivers.Rbd;

/// <summary>A namespace of its own in the pool of a real cluster.</summary>
public abstract class RbdHarness : DriverHarness
{
    private readonly ConcurrentBag<RbdDriver> _drivers = [];
    private readonly Lazy<string> _namespace = new(CephServer.NewNamespace);

    public override string Name => "ceph";

    public override string? SkipReason => CephServer.SkipReason;

    // The daemons share the machine's cores with the tests, and a snapshot waits for the monitor.
    public override TimeSpan StallTimeout => TimeSpan.FromSeconds(8);

    public override IReadOnlyList<string> ForeignLocations =>
    [
        $"rbd://{Guid.NewGuid()}/{Place}/a/snap",
        $"rbd://{CephServer.Fsid}/images/a/snap",
        $"rbd://{CephServer.Fsid}/images%2Felsewhere/a/snap",
        $"rbd://{CephServer.Fsid}/{Place}/glancestore-put.a.b/snap",
    ];

    public override IReadOnlyList<string> MalformedLocations =>
        ["rbd://", $"rbd://{CephServer.Fsid}/{Place}", $"rbd://{CephServer.Fsid}/{Place}/a", $"rbd://{CephServer.Fsid}/{Place}//snap", $"rbd://{CephServer.Fsid}/{Place}/a/snap/b", "rbd:///a/b/c"];

    internal virtual RbdDriverOptions Options => CephServer.Options($"{CephServer.Pool}/{_namespace.Value}");

    private string Place => Uri.EscapeDataString($"{CephServer.Pool}/{_namespace.Value}");

    public override ValueTask<StoreDriver> CreateDriverAsync()
    {
        var driver = NewDriver();
        _drivers.Add(driver);
        return new(driver);
    }

    // Who was cancelled has not waited for the removal of his upload, which on a busy machine takes a while.
    public override async ValueTask<IReadOnlyCollection<string>> ListEverythingAsync()
    {
        await SettledAsync();
        using var pool = CephServer.Open(_namespace.Value);
        return CephServer.Objects(pool);
    }

    public override async ValueTask<bool> CorruptAsync(ImageLocation location, long offset)
    {
        using var pool = CephServer.Open(_namespace.Value);
        var id = await pool.FindImageIdAsync(RbdLocations.PlaceOf(location).Image);
        var objectBytes = 1L << Options.Order;
        var name = $"rbd_data.{id}.{offset / objectBytes:x16}";
        byte flipped = 0;
        CephException.ThrowIfFailed(TestCalls.Read(pool, name, ref flipped, 1, (ulong)(offset % objectBytes)), "rados_read");
        flipped ^= 1;
        CephException.ThrowIfFailed(TestCalls.Write(pool, name, flipped, 1, (ulong)(offset % objectBytes)), "rados_write");
        return true;
    }

    public override async ValueTask<bool> TruncateAsync(ImageLocation location, long size)
    {
        using var pool = CephServer.Open(_namespace.Value);
        using var image = RbdImage.Open(pool, (await pool.FindImageIdAsync(RbdLocations.PlaceOf(location).Image))!);
        image.EnsureUnprotected(RbdLocations.Snapshot);
        image.EnsureNoSnapshot(RbdLocations.Snapshot);
        image.Resize(size);
        image.EnsureSnapshot(RbdLocations.Snapshot);
        image.EnsureProtected(RbdLocations.Snapshot);
        return true;
    }

    private protected virtual RbdDriver NewDriver() => new(Options);

    public override IReadOnlyList<string> EquivalentLocations(ImageLocation location) => [$"rbd://{RbdLocations.PlaceOf(location).Image}"];

    public override async ValueTask DisposeAsync()
    {
        if (_namespace.IsValueCreated)
        {
            await SettledAsync();
            CephServer.RemoveNamespace(_namespace.Value);
        }

        await base.DisposeAsync();
    }

    private Task SettledAsync() => Task.WhenAll(_drivers.Select(driver => driver.SettledAsync()));
}

/// <summary>The features that the cluster gives new images by default.</summary>
public sealed class DefaultHarness : RbdHarness;

/// <summary>
/// The drivers of a test are of one client, which costs less than one for each: what other clients do is shown with the default features.
/// </summary>
public abstract class OneClientHarness : RbdHarness
{
    private readonly Lazy<RbdConnection> _connection;

    protected OneClientHarness() => _connection = new(() => new RbdConnection(Options, NullLogger.Instance, () => null, TimeProvider.System));

    private protected override RbdDriver NewDriver() => new(Options, _connection.Value, NullLogger.Instance, TimeProvider.System);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_connection.IsValueCreated)
        {
            await _connection.Value.DisposeAsync();
        }
    }
}

/// <summary>Layering only: no lock of a writer, no map of objects.</summary>
public sealed class LayeringHarness : OneClientHarness
{
    internal override RbdDriverOptions Options => base.Options with { CephConf = CephServer.LayeringConf };
}

/// <summary>Zeros are left out.</summary>
public sealed class ThinHarness : OneClientHarness
{
    internal override RbdDriverOptions Options => base.Options with { ThinProvisioning = true };
}
