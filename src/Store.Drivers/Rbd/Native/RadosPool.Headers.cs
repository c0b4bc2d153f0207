using System.Buffers.Binary;
using System.Text;

namespace GlanceStore.Drivers.Rbd.Native;

/// <content>What the objects of images tell, without opening an image.</content>
internal sealed partial class RadosPool
{
    private const string Directory = "rbd_directory";

    // Of cls::rbd::SnapshotInfo as the OSD encodes it: a head of six bytes, the id, and the head of the namespace come before its kind.
    private const int KindOffset = 6 + sizeof(ulong) + 6;

    /// <summary>Whether a snapshot may still be read.</summary>
    /// <remarks>
    /// Whoever removes one makes it a snapshot of the trash before the OSDs learn that its bytes may go, and whoever removes an image removes
    /// its snapshots before: bytes that were read before the answer are right where this is true.
    /// </remarks>
    public async Task<bool> HasSnapshotAsync(string imageId, ulong snapshotId)
    {
        using var use = new HandleUse(this);
        using var call = new ClassCall("snapshot_get", Encoded(snapshotId));
        try
        {
            await Completion.OfRados("rados_aio_read_op_operate", completion => call.Begin(this, Header(imageId), completion)).ConfigureAwait(false);
            return KindIn(call.Answer) != RbdSnapshotKind.Trash;
        }
        catch (CephException e) when (e.Errno == CephErrno.NotFound)
        {
            return false;
        }
    }

    /// <summary>Whether anything is left of an image but its place in lists; blocks until the cluster has answered.</summary>
    public unsafe bool HasHeader(string imageId)
    {
        byte first = 0;
        return !CephException.IsError(RadosCalls.ReadNow(this, Header(imageId), &first, 1, 0), CephErrno.NotFound, "rados_read");
    }

    /// <summary>The id under which a name is listed, though it may lead to nothing; null where it is not. Blocks until the cluster has answered.</summary>
    public string? FindListedId(string name)
    {
        using var call = new ClassCall("dir_get_id", Encoded(name));
        return call.TryAsk(this, Directory) ? IdIn(call.Answer) : null;
    }

    private static string Header(string imageId) => $"rbd_header.{imageId}";

    private static byte[] Encoded(ulong number)
    {
        var encoded = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(encoded, number);
        return encoded;
    }

    private static byte[] Encoded(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var encoded = new byte[sizeof(uint) + bytes.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(encoded, (uint)bytes.Length);
        bytes.CopyTo(encoded, sizeof(uint));
        return encoded;
    }

    private static RbdSnapshotKind KindIn(ReadOnlySpan<byte> info) => info.Length >= KindOffset + sizeof(uint)
        ? (RbdSnapshotKind)BinaryPrimitives.ReadUInt32LittleEndian(info[KindOffset..])
        : throw new CephException(CephErrno.Invalid, "rbd.snapshot_get");
}
