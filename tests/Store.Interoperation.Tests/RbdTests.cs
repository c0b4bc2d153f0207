using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using GlanceStore.Conformance;

namespace GlanceStore.Interoperation;

/// <summary>A pool of Ceph's block devices among several stores.</summary>
[TestClass]
public class RbdTests : WritableStoreTests
{
    private static readonly string Servers = Environment.GetEnvironmentVariable("GLANCESTORE_SERVERS") is { Length: > 0 } set
        ? set
        : Path.Combine(Path.GetTempPath(), $"glancestore-servers-{File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1]}");

    private protected static string CephConf { get; } = Path.Combine(Servers, "ceph", "client", "ceph.conf");

    private protected override string? StoreId => "ceph";

    private protected override string Configuration() => $"""
        [DEFAULT]
        enabled_backends = fast:file, ceph:rbd
        [glance_store]
        default_backend = fast
        [fast]
        filesystem_store_datadir = {At("fast")}
        [ceph]
        rbd_store_pool = images
        rbd_store_user = glance
        rbd_store_ceph_conf = {CephConf}
        rados_connect_timeout = 60
        rbd_store_chunk_size = 4
        rbd_thin_provisioning = true
        """;

    private protected override void Require()
    {
        try
        {
            var monitor = Regex.Match(File.ReadAllText(CephConf), @"v2:([^:]+):(\d+)");
            using var client = new TcpClient(monitor.Groups[1].Value, int.Parse(monitor.Groups[2].Value, CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            SkippedServers.Skip("ceph", $"no monitor of {CephConf} listens; start it with tests/servers/ceph/server start");
        }
    }
}

/// <summary>The same in the older form, with every default but the user and the cluster's file.</summary>
[TestClass]
public sealed class OneRbdStoreTests : RbdTests
{
    private protected override string? StoreId => null;

    private protected override string Configuration() => $"""
        [glance_store]
        stores = rbd
        default_store = rbd
        rbd_store_user = glance
        rbd_store_ceph_conf = {CephConf}
        """;
}
