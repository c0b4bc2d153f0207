using System.Buffers.Binary;
using System.Text;

namespace GlanceStore.Drivers.Rbd.Native;

/// <content>What the objects of images tell, without opening an image.</content>
internal sealed partial class RadosPool
{
    private const string Directory = "rbd_directory";

    // Of cls::rbd::SnapshotInfo as the OSD encodes it: a head of six bytes, whose last four tell what follows it, the id, and the namespace with
    // a head of its own, which begins with its kind; then the name, the size, the time, and how many clones there are.
    private const int Head = 6;
    private const int NamespaceOffset = Head + sizeof(ulong);
    private const int KindOffset = NamespaceOffset + Head;

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

    /// <summary>How many clones of the newer format hang on a snapshot; blocks until the cluster has answered.</summary>
    public int CountClones(string imageId, ulong snapshotId)
    {
        using var call = new ClassCall("snapshot_get", Encoded(snapshotId));
        return call.TryAsk(this, Header(imageId)) ? ClonesIn(call.Answer) : 0;
    }

    /// <summary>Whether anything is left of an image but its place in lists; blocks until the cluster has answered.</summary>
    public bool HasHeader(string imageId) => HasObject(Header(imageId));

    /// <summary>
    /// Removes the journal of an image where it was not made to its end: with such a journal the image cannot be removed, as librbd ends the
    /// process at it. Blocks until the cluster has answered.
    /// </summary>
    public void RemoveHalfJournal(string imageId)
    {
        var journal = $"journal.{imageId}";
        if (!HasObject(journal))
        {
            return;
        }

        // Its first client, which is registered last, has no name.
        using var call = new ClassCall("get_client", Encoded(""), "journal");
        if (!call.TryAsk(this, journal))
        {
            CephException.IsError(RadosCalls.Remove(this, journal), CephErrno.NotFound, "rados_remove");
        }
    }

    /// <summary>The id under which a name is listed, though it may lead to nothing; null where it is not. Blocks until the cluster has answered.</summary>
    public string? FindListedId(string name)
    {
        using var call = new ClassCall("dir_get_id", Encoded(name));
        return call.TryAsk(this, Directory) ? IdIn(call.Answer) : null;
    }

    /// <summary>Takes a lock that nobody is kept by who does not ask for it; false where another has it. Blocks until the cluster has answered.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="holder">Who takes it: by this it is let go.</param>
    /// <param name="longest">How long it is kept where nobody lets it go.</param>
    public bool TryLock(string name, string holder, TimeSpan longest)
    {
        var duration = new TimeValue { Seconds = (long)longest.TotalSeconds };
        return !CephException.IsError(RadosCalls.Lock(this, Directory, name, holder, "", duration, 0), CephErrno.Busy, "rados_lock_exclusive");
    }

    /// <summary>Lets a lock go.</summary>
    public void Unlock(string name, string holder) =>
        CephException.IsError(RadosCalls.Unlock(this, Directory, name, holder), CephErrno.NotFound, "rados_unlock");

    /// <summary>Keeps a text with an image, without opening it; false where the image is not there. Blocks until the cluster has answered.</summary>
    public bool TrySetMetadata(string imageId, string key, string value) =>
        TryChange(imageId, "metadata_set", [1, 0, 0, 0, .. Encoded(key), .. Encoded(value)]);

    /// <summary>Forgets a text kept with an image; blocks until the cluster has answered.</summary>
    public void RemoveMetadata(string imageId, string key) => TryChange(imageId, "metadata_remove", Encoded(key));

    private unsafe bool HasObject(string name)
    {
        byte first = 0;
        return !CephException.IsError(RadosCalls.ReadNow(this, name, &first, 1, 0), CephErrno.NotFound, "rados_read");
    }

    // Of an image that is not there the header would be made anew.
    private unsafe bool TryChange(string imageId, string method, byte[] input)
    {
        var operation = RadosCalls.CreateWriteOperation();
        int result;
        try
        {
            RadosCalls.AssertExists(operation);
            fixed (byte* start = input)
            {
                RadosCalls.ExecuteWriting(operation, "rbd", method, start, (nuint)input.Length, &result);
            }

            return !CephException.IsError(RadosCalls.OperateWriting(operation, this, Header(imageId), 0, 0), CephErrno.NotFound, $"rbd.{method}");
        }
        finally
        {
            RadosCalls.ReleaseWriteOperation(operation);
        }
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

    private static int ClonesIn(ReadOnlySpan<byte> info)
    {
        var name = KindOffset + (int)BinaryPrimitives.ReadUInt32LittleEndian(info[(KindOffset - sizeof(uint))..]);
        var size = name + sizeof(uint) + (int)BinaryPrimitives.ReadUInt32LittleEndian(info[name..]);
        return (int)BinaryPrimitives.ReadUInt32LittleEndian(info[(size + sizeof(ulong) + sizeof(ulong))..]);
    }

    private static RbdSnapshotKind KindIn(ReadOnlySpan<byte> info) => info.Length >= KindOffset + sizeof(uint)
        ? (RbdSnapshotKind)BinaryPrimitives.ReadUInt32LittleEndian(info[KindOffset..])
        : throw new CephException(CephErrno.Invalid, "rbd.snapshot_get");
}
