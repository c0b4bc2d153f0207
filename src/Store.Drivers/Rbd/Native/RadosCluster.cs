using System.Runtime.InteropServices;
using System.Text;

namespace GlanceStore.Drivers.Rbd.Native;

/// <summary>A client of a cluster: its configuration and, once connected, its connections and threads.</summary>
/// <remarks>It ends when it is disposed and everything opened through it is.</remarks>
internal sealed unsafe class RadosCluster() : SafeHandle(0, ownsHandle: true)
{
    private const int LongestValue = 1 << 16;
    private const int FsidLength = 37;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the library has let go of all that belongs to it.</summary>
    public Task Ended => _ended.Task;

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Makes a client that is not connected yet.</summary>
    /// <param name="user">The name of its user without <c>client.</c>; null to let the library choose.</param>
    /// <param name="confPath">The configuration file; null for the library's own search.</param>
    public static RadosCluster Create(string? user, string? confPath)
    {
        var cluster = new RadosCluster();
        CephException.ThrowIfFailed(RadosCalls.Create(out var created, user), "rados_create");
        cluster.SetHandle(created);
        try
        {
            CephException.ThrowIfFailed(RadosCalls.ReadConf(cluster, confPath), "rados_conf_read_file");
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Sets an option of the configuration.</summary>
    public void Set(string option, string value) => CephException.ThrowIfFailed(RadosCalls.SetConf(this, option, value), $"rados_conf_set({option})");

    /// <summary>An option of the configuration.</summary>
    public string Get(string option)
    {
        for (var length = 256; ; length *= 2)
        {
            var buffer = new byte[length];
            fixed (byte* start = buffer)
            {
                if (!CephException.IsError(RadosCalls.GetConf(this, option, start, (nuint)length), CephErrno.NameTooLong, $"rados_conf_get({option})")
                    || length >= LongestValue)
                {
                    return Text(buffer);
                }
            }
        }
    }

    /// <summary>Connects, and blocks until it has: as long as <c>client_mount_timeout</c> says.</summary>
    public void Connect() => CephException.ThrowIfFailed(RadosCalls.Connect(this), "rados_connect");

    /// <summary>The cluster's own id, once connected.</summary>
    public string Fsid
    {
        get
        {
            var buffer = stackalloc byte[FsidLength];
            CephException.ThrowIfFailed(RadosCalls.ClusterFsid(this, buffer, FsidLength), "rados_cluster_fsid");
            return Text(new ReadOnlySpan<byte>(buffer, FsidLength));
        }
    }

    /// <summary>This client's own id, once connected.</summary>
    public ulong ClientId => RadosCalls.InstanceId(this);

    /// <summary>The id of a pool as this client's map of the cluster has it; null for none.</summary>
    public long? FindPool(string name)
    {
        var id = RadosCalls.LookUpPool(this, name);
        return CephException.IsError(id, CephErrno.NotFound, "rados_pool_lookup") ? null : id;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        RadosCalls.Shutdown(handle);
        _ended.SetResult();
        return true;
    }

    private static string Text(ReadOnlySpan<byte> buffer) =>
        Encoding.UTF8.GetString(buffer[..(buffer.IndexOf((byte)0) is >= 0 and var end ? end : buffer.Length)]);
}
