using GlanceStore.Conformance;
using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>A namespace of its own, a driver on it, and a look behind its back.</summary>
internal sealed class TestPlace : IAsyncDisposable
{
    private readonly string _namespace;

    private TestPlace(string @namespace)
    {
        _namespace = @namespace;
        Options = CephServer.Options($"{CephServer.Pool}/{@namespace}");
        Driver = new RbdDriver(Options);
        Store = new ImageStore("rbd", Driver);
        Behind = CephServer.Open(@namespace);
    }

    public RbdDriverOptions Options { get; }

    public RbdDriver Driver { get; }

    public ImageStore Store { get; }

    /// <summary>The same place as the administrator sees it.</summary>
    public RadosPool Behind { get; }

    public IReadOnlyCollection<string> Objects => CephServer.Objects(Behind);

    public static TestPlace New()
    {
        if (CephServer.SkipReason is { } reason)
        {
            SkippedServers.Skip("ceph", reason);
        }

        return new TestPlace(CephServer.NewNamespace());
    }

    public async Task<ImageId> PutAsync(byte[] bytes, PutOptions? options = null)
    {
        var id = ImageId.New();
        using var source = new MemoryStream(bytes, writable: false);
        await Store.PutAsync(id, source, options);
        return id;
    }

    public static void AssertSame(byte[] expected, byte[] actual, string? when = null)
    {
        Assert.AreEqual(expected.Length, actual.Length, when);
        Assert.AreEqual(expected.Length, expected.AsSpan().CommonPrefixLength(actual), when);
    }

    public async Task<byte[]> ReadAsync(ImageId id)
    {
        await using var stream = await Store.OpenReadAsync(Store.LocationOf(id));
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    /// <summary>The id behind an image's name.</summary>
    public string IdOf(ImageId id) => Behind.FindImageId(id.Value)!;

    /// <summary>What Ceph's own tool calls an image of this place, where its options do not say the place.</summary>
    public string Spec(string image) => $"{CephServer.Pool}/{_namespace}/{image}";

    /// <summary>Runs Ceph's own tool as the administrator, and returns what it wrote.</summary>
    public byte[] Rbd(params string[] arguments) =>
        CephServer.Rbd(["--pool", CephServer.Pool, "--namespace", _namespace, .. arguments]);

    /// <summary>Makes a clone of an image, in either of the formats there are.</summary>
    public void Clone(int format, ImageId parent, string child) =>
        CephServer.Rbd("clone", Spec($"{parent}@snap"), Spec(child), "--rbd-default-clone-format", $"{format}");

    /// <summary>Runs the tool for single objects as the administrator.</summary>
    public byte[] Rados(params string[] arguments) =>
        CephServer.Run("rados", ["--conf", CephServer.Conf, "--id", "admin", "--pool", CephServer.Pool, "--namespace", _namespace, .. arguments]);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Driver.DisposeAsync();
        Behind.Dispose();
        CephServer.RemoveNamespace(_namespace);
    }
}
