using System.Net.Sockets;
using GlanceStore.Conformance;
using GlanceStore.Drivers.Rbd;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>The Ceph of <c>tests/servers/ceph</c>: its gateway and its block devices, as stores of a service and of its agents.</summary>
internal static class RealCeph
{
    /// <summary>Where its gateway is.</summary>
    public static Uri Gateway { get; } = new(Environment.GetEnvironmentVariable("GLANCESTORE_CEPH_URL") is { Length: > 0 } set ? set : "http://127.0.0.1:18300");

    public static async Task RequireAsync()
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(Gateway.Host, Gateway.Port);
        }
        catch (SocketException)
        {
            SkippedServers.Skip("ceph", $"nothing listens at {Gateway}; start it with tests/servers/ceph/server start");
        }
    }

    /// <summary>The settings of a store <c>s3</c>, in small chunks.</summary>
    /// <param name="endpoint">The gateway, or a way to it.</param>
    public static string[] S3(Uri endpoint) =>
    [
        "GlanceStore:Stores:s3:Type=s3", $"GlanceStore:Stores:s3:Endpoint={endpoint.AbsoluteUri.TrimEnd('/')}", "GlanceStore:Stores:s3:Preset=ceph",
        "GlanceStore:Stores:s3:Bucket=glancestore-guests", "GlanceStore:Stores:s3:CreateBucket=true",
        "GlanceStore:Stores:s3:AccessKey=testaccess", "GlanceStore:Stores:s3:SecretKey=testsecret",
        "GlanceStore:Stores:s3:MinPartBytes=65536", $"GlanceStore:Stores:s3:ChunkBytes={Place.ChunkBytes}", "GlanceStore:Stores:s3:Weight=100",
    ];

    /// <summary>The settings of a store <c>rbd</c>, in small chunks.</summary>
    public static string[] Rbd() =>
    [
        "GlanceStore:Stores:rbd:Type=rbd", $"GlanceStore:Stores:rbd:Pool={CephServer.Pool}", "GlanceStore:Stores:rbd:User=glance", $"GlanceStore:Stores:rbd:CephConf={CephServer.Conf}",
        $"GlanceStore:Stores:rbd:ChunkBytes={Place.ChunkBytes}",
    ];
}
