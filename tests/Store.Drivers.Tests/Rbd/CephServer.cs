using System.Runtime.InteropServices;
using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <content>A client of its administrator's, to look behind the driver.</content>
internal static partial class CephServer
{
    private static readonly Lazy<RadosCluster> Admin = new(ConnectAdmin);

    private static readonly string[] Standing =
        ["rbd_directory", "rbd_children", "rbd_info", "rbd_trash", "rbd_namespace", "rbd_mirroring", "rbd_trash_purge_schedule"];

    public static string? SkipReason { get; } = CephLibraries.Missing is { } library
        ? $"{library} is not installed; its package is librbd1"
        : Answers() ? null : "no cluster with a pool 'images' runs; start it with tests/servers/ceph/server start";

    public static string Fsid => Admin.Value.Fsid;

    public static RbdDriverOptions Options(string pool = Pool) => new() { Pool = pool, User = "glance", CephConf = Conf };

    /// <summary>A pool whose name locations have to quote.</summary>
    public static string QuotedPool { get; } = "Bilder für+alle %41";

    /// <summary>Any pool as the administrator sees it.</summary>
    public static RadosPool OpenPool(string name) => RadosPool.Open(Admin.Value, name, null);

    /// <summary>The pool, or a namespace of it, as the administrator sees it.</summary>
    public static RadosPool Open(string? @namespace = null) => RadosPool.Open(Admin.Value, Pool, @namespace);

    /// <summary>A namespace of its own.</summary>
    public static string NewNamespace()
    {
        var name = Guid.NewGuid().ToString("N");
        using var pool = Open();
        CephException.ThrowIfFailed(TestCalls.CreateNamespace(pool, name), "rbd_namespace_create");
        return name;
    }

    /// <summary>Removes a namespace and all that is in it.</summary>
    public static void RemoveNamespace(string name)
    {
        using (var inside = Open(name))
        {
            foreach (var image in inside.ListImages())
            {
                inside.MoveToTrash(image.Name, TimeSpan.Zero);
            }

            // One that others hang on goes after them.
            for (var left = inside.ListTrash(); left.Count > 0; left = inside.ListTrash())
            {
                Assert.Contains(true, left.Select(image => TryRemoveTrashed(inside, image.Id)).ToArray(), $"What is in the namespace {name} cannot be removed.");
            }
        }

        using var pool = Open();
        TestCalls.RemoveNamespace(pool, name);
    }

    /// <summary>The objects of a pool that belong to images, whatever state these are in.</summary>
    public static IReadOnlyCollection<string> Objects(RadosPool pool)
    {
        var names = new List<string>();
        CephException.ThrowIfFailed(TestCalls.OpenList(pool, out var list), "rados_nobjects_list_open");
        while (TestCalls.NextInList(list, out var name, 0, 0) == 0)
        {
            names.Add(Marshal.PtrToStringUTF8(name)!);
        }

        TestCalls.CloseList(list);
        return [.. names.Where(name => !Standing.Contains(name)).Order()];
    }

    private static bool TryRemoveTrashed(RadosPool pool, string id)
    {
        try
        {
            using (var image = RbdImage.Open(pool, id))
            {
                foreach (var snapshot in image.ListSnapshots().Where(snapshot => snapshot.Kind == RbdSnapshotKind.User))
                {
                    image.EnsureUnprotected(snapshot.Name);
                    image.EnsureNoSnapshot(snapshot.Name);
                }
            }

            return pool.RemoveFromTrash(id);
        }
        catch (CephException e) when (e.Errno is CephErrno.NotEmpty or CephErrno.Busy)
        {
            return false;
        }
    }

    private static bool Answers()
    {
        try
        {
            return File.Exists(Conf) && Admin.Value.FindPool(Pool) is not null;
        }
        catch (CephException)
        {
            return false;
        }
    }

    private static RadosCluster ConnectAdmin()
    {
        var cluster = RadosCluster.Create("admin", Conf);
        cluster.Set("client_mount_timeout", "5");
        cluster.Set("rados_osd_op_timeout", "20");
        cluster.Set("rbd_cache", "false");
        cluster.Connect();
        return cluster;
    }
}
