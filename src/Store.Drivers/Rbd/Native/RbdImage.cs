using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GlanceStore.Drivers.Rbd.Native;

/// <summary>An open image. Reads and writes are asynchronous; every other method blocks until the cluster has answered.</summary>
internal sealed unsafe partial class RbdImage : SafeHandle
{
    /// <summary>The feature bit of clones, the least an image has.</summary>
    public const ulong Layering = 1;

    private const ulong FastDiff = 16;

    private readonly RadosPool _pool;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RbdImage(RadosPool pool, nint opened, string id) : base(0, ownsHandle: true)
    {
        var held = false;
        pool.DangerousAddRef(ref held);
        _pool = pool;
        Id = id;
        SetHandle(opened);
    }

    /// <summary>Its id, which stays whatever its name.</summary>
    public string Id { get; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Ends when it is closed: once it is disposed and the last operation on it has ended.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Opens an image to write. It is in use for everybody, by a watch, until it is closed or its process is dead for a while.</summary>
    public static RbdImage Open(RadosPool pool, string id)
    {
        CephException.ThrowIfFailed(RbdCalls.Open(pool, id, out var opened, null), "rbd_open_by_id");
        return new RbdImage(pool, opened, id);
    }

    /// <summary>Opens an image to read, at a snapshot or as it is now, without a trace: it may be removed meanwhile, and then reads as zeros.</summary>
    public static RbdImage OpenReadOnly(RadosPool pool, string id, string? snapshot)
    {
        CephException.ThrowIfFailed(RbdCalls.OpenReadOnly(pool, id, out var opened, snapshot), "rbd_open_by_id_read_only");
        return new RbdImage(pool, opened, id);
    }

    /// <summary>Its size in bytes, at the snapshot it was opened at.</summary>
    public long Size
    {
        get
        {
            CephException.ThrowIfFailed(RbdCalls.GetSize(this, out var size), "rbd_get_size");
            return (long)size;
        }
    }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt
    {
        get
        {
            CephException.ThrowIfFailed(RbdCalls.GetCreated(this, out var time), "rbd_get_create_timestamp");
            return time.ToDateTimeOffset();
        }
    }

    /// <summary>When it was last written to, give or take a minute.</summary>
    public DateTimeOffset ModifiedAt
    {
        get
        {
            CephException.ThrowIfFailed(RbdCalls.GetModified(this, out var time), "rbd_get_modify_timestamp");
            return time.ToDateTimeOffset();
        }
    }

    /// <summary>Whether its map of objects tells which of them are there, without asking for each.</summary>
    /// <remarks>
    /// Not that of a clone: what is not in its own map may be its parent's, of which librbd does not tell in every version
    /// (<c>rbd_diff_iterate2</c> by whole objects).
    /// </remarks>
    public bool KnowsHoles
    {
        get
        {
            CephException.ThrowIfFailed(RbdCalls.GetFeatures(this, out var features), "rbd_get_features");
            CephException.ThrowIfFailed(RbdCalls.GetFlags(this, out var flags), "rbd_get_flags");
            CephException.ThrowIfFailed(RbdCalls.GetOverlap(this, out var overlap), "rbd_get_overlap");
            return (features & FastDiff) != 0 && flags == 0 && overlap == 0;
        }
    }

    /// <summary>Makes it larger or smaller.</summary>
    public void Resize(long size) => CephException.ThrowIfFailed(RbdCalls.Resize(this, (ulong)size), "rbd_resize");

    /// <summary>The ids of the clients that have it open to write, or had until they died a moment ago.</summary>
    public IReadOnlyList<ulong> ListWatchers()
    {
        for (nuint count = 16; ;)
        {
            var found = new RbdWatcherSpec[count];
            fixed (RbdWatcherSpec* start = found)
            {
                if (CephException.IsError(RbdCalls.ListWatchers(this, start, ref count), CephErrno.Range, "rbd_watchers_list"))
                {
                    continue;
                }

                var clients = found[..(int)count].Select(watcher => (ulong)watcher.Id).ToList();
                RbdCalls.CleanWatcherList(start, count);
                return clients;
            }
        }
    }

    /// <summary>A text kept with the image; null for none.</summary>
    public string? FindMetadata(string key)
    {
        const int Longest = 4096;
        var value = stackalloc byte[Longest];
        nuint length = Longest;
        return CephException.IsError(RbdCalls.GetMetadata(this, key, value, ref length), CephErrno.NotFound, "rbd_metadata_get")
            ? null
            : NativeText.Of((nint)value);
    }

    /// <summary>Fills a clone with what it shares. Ends where it is cancelled.</summary>
    public void Flatten(CancellationToken cancellationToken)
    {
        var handle = GCHandle.Alloc(cancellationToken);
        try
        {
            CephException.ThrowIfFailed(RbdCalls.Flatten(this, &Progressed, GCHandle.ToIntPtr(handle)), "rbd_flatten");
        }
        finally
        {
            handle.Free();
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        var closed = RbdCalls.Close(handle) >= 0;
        _pool.DangerousRelease();
        _closed.SetResult();
        return closed;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Progressed(ulong done, ulong all, nint argument) =>
        ((CancellationToken)GCHandle.FromIntPtr(argument).Target!).IsCancellationRequested ? -CephErrno.Cancelled : 0;
}
