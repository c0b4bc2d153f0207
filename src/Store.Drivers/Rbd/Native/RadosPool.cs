using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace GlanceStore.Drivers.Rbd.Native;

/// <summary>A pool, or a namespace of it, as a client sees it.</summary>
/// <remarks>Where the pool is full, writes fail at once instead of waiting until it is not.</remarks>
internal sealed partial class RadosPool : SafeHandle
{
    private const string NameObject = "rbd_id.";
    private const int LongestId = 4096;

    private readonly RadosCluster _cluster;
    private readonly long _id;

    private RadosPool(RadosCluster cluster, nint created) : base(0, ownsHandle: true)
    {
        var held = false;
        cluster.DangerousAddRef(ref held);
        _cluster = cluster;
        SetHandle(created);
        _id = RadosCalls.PoolId(this);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Opens a pool.</summary>
    public static RadosPool Open(RadosCluster cluster, string name, string? @namespace)
    {
        CephException.ThrowIfFailed(RadosCalls.CreatePool(cluster, name, out var created), "rados_ioctx_create");
        var pool = new RadosPool(cluster, created);
        RadosCalls.SetFullTry(pool);
        if (@namespace is not null)
        {
            RadosCalls.SetNamespace(pool, @namespace);
        }

        return pool;
    }

    /// <summary>Whether the pool of that name is still the one that was opened, as far as the client's map of the cluster says.</summary>
    public bool IsStill(string name) => _cluster.FindPool(name) == _id;

    /// <summary>The id behind an image's name; null where there is no image of the name.</summary>
    public async Task<string?> FindImageIdAsync(string name)
    {
        try
        {
            using var buffer = NativeBuffer.Rent(LongestId);
            var count = await ReadAsync(NameObject + name, buffer).ConfigureAwait(false);
            return IdIn(buffer.Span[..(int)count]);
        }
        catch (CephException e) when (e.Errno == CephErrno.NotFound)
        {
            return null;
        }
    }

    /// <summary>As <see cref="FindImageIdAsync"/>; blocks until the cluster has answered.</summary>
    public unsafe string? FindImageId(string name)
    {
        var buffer = stackalloc byte[LongestId];
        var count = RadosCalls.ReadNow(this, NameObject + name, buffer, LongestId, 0);
        return CephException.IsError(count, CephErrno.NotFound, "rados_read") ? null : IdIn(new ReadOnlySpan<byte>(buffer, count));
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        RadosCalls.DestroyPool(handle);
        _cluster.DangerousRelease();
        return true;
    }

    // Encoded by Ceph as a length of four bytes and the text.
    private static string IdIn(ReadOnlySpan<byte> encoded) =>
        encoded.Length >= sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(encoded) is var length && length <= encoded.Length - sizeof(uint)
            ? Encoding.UTF8.GetString(encoded.Slice(sizeof(uint), (int)length))
            : throw new CephException(CephErrno.Invalid, "rados_aio_read");

    private async Task<long> ReadAsync(string name, NativeBuffer buffer)
    {
        using var use = new HandleUse(this);
        return await Completion.OfRados("rados_aio_read", completion => Begin(name, buffer, completion)).ConfigureAwait(false);
    }

    private unsafe int Begin(string name, NativeBuffer buffer, nint completion) =>
        RadosCalls.Read(this, name, completion, buffer.Pointer, (nuint)buffer.Length, 0);
}
