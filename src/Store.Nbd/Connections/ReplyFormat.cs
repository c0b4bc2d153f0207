using System.Buffers.Binary;
using System.Text;
using GlanceStore.Nbd.Protocol;

namespace GlanceStore.Nbd.Connections;

/// <summary>Writes answers to requests as they stand on the wire.</summary>
internal static class ReplyFormat
{
    private const int SimpleBytes = 16;
    private const int ChunkBytes = 20;
    private const int OffsetBytes = 8;
    private const ushort Done = 1;

    private enum ChunkKind : ushort
    {
        OffsetData = 1,
        OffsetHole = 2,
        BlockStatus = 5,
        Error = 0x8001,
        ErrorOffset = 0x8002,
    }

    /// <summary>An answer without content, by either kind of client.</summary>
    public static Reply Simple(ulong cookie, NbdError error)
    {
        var bytes = new byte[SimpleBytes];
        WriteSimple(bytes, cookie, error);
        return new Reply(bytes, null, EndsRequest: true);
    }

    /// <summary>The whole content of a read, for a client without structured replies.</summary>
    public static Reply SimpleData(ulong cookie, ReplyBuffer buffer, int length)
    {
        const int Start = ReplyMemory.HeaderRoom - SimpleBytes;
        WriteSimple(buffer.Bytes.AsSpan(Start), cookie, NbdError.None);
        return new Reply(buffer.Bytes.AsMemory(Start, SimpleBytes + length), buffer, EndsRequest: true);
    }

    /// <summary>A part of the content of a read, or all of it.</summary>
    public static Reply Data(ulong cookie, long offset, ReplyBuffer buffer, int length, bool isLast)
    {
        const int Start = ReplyMemory.HeaderRoom - ChunkBytes - OffsetBytes;
        var header = buffer.Bytes.AsSpan(Start);
        WriteChunk(header, cookie, ChunkKind.OffsetData, OffsetBytes + length, isLast);
        BinaryPrimitives.WriteInt64BigEndian(header[ChunkBytes..], offset);
        return new Reply(buffer.Bytes.AsMemory(Start, ChunkBytes + OffsetBytes + length), buffer, isLast);
    }

    /// <summary>A part of the content of a read that is zeros.</summary>
    public static Reply Hole(ulong cookie, long offset, int length, bool isLast)
    {
        var bytes = new byte[ChunkBytes + OffsetBytes + sizeof(uint)];
        WriteChunk(bytes, cookie, ChunkKind.OffsetHole, OffsetBytes + sizeof(uint), isLast);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(ChunkBytes), offset);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(ChunkBytes + OffsetBytes), (uint)length);
        return new Reply(bytes, null, isLast);
    }

    /// <summary>The extents of a part.</summary>
    public static Reply Extents(ulong cookie, uint context, IReadOnlyList<(uint Length, ExtentFlags Flags)> extents)
    {
        var content = sizeof(uint) + (extents.Count * 2 * sizeof(uint));
        var bytes = new byte[ChunkBytes + content];
        WriteChunk(bytes, cookie, ChunkKind.BlockStatus, content, isLast: true);
        var at = bytes.AsSpan(ChunkBytes);
        BinaryPrimitives.WriteUInt32BigEndian(at, context);
        foreach (var (length, flags) in extents)
        {
            at = at[sizeof(uint)..];
            BinaryPrimitives.WriteUInt32BigEndian(at, length);
            at = at[sizeof(uint)..];
            BinaryPrimitives.WriteUInt32BigEndian(at, (uint)flags);
        }

        return new Reply(bytes, null, EndsRequest: true);
    }

    /// <summary>Why a request failed, and where where that is known, for a client with structured replies.</summary>
    public static Reply Error(ulong cookie, NbdError error, string sentence, long? offset)
    {
        var text = Encoding.UTF8.GetBytes(sentence);
        var content = sizeof(uint) + sizeof(ushort) + text.Length + (offset is null ? 0 : OffsetBytes);
        var bytes = new byte[ChunkBytes + content];
        WriteChunk(bytes, cookie, offset is null ? ChunkKind.Error : ChunkKind.ErrorOffset, content, isLast: true);
        var at = bytes.AsSpan(ChunkBytes);
        BinaryPrimitives.WriteUInt32BigEndian(at, (uint)error);
        BinaryPrimitives.WriteUInt16BigEndian(at[4..], (ushort)text.Length);
        text.CopyTo(at[6..]);
        if (offset is { } known)
        {
            BinaryPrimitives.WriteInt64BigEndian(at[(6 + text.Length)..], known);
        }

        return new Reply(bytes, null, EndsRequest: true);
    }

    private static void WriteSimple(Span<byte> target, ulong cookie, NbdError error)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, Magic.SimpleReply);
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], (uint)error);
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], cookie);
    }

    private static void WriteChunk(Span<byte> target, ulong cookie, ChunkKind kind, int contentBytes, bool isLast)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, Magic.StructuredReply);
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], isLast ? Done : (ushort)0);
        BinaryPrimitives.WriteUInt16BigEndian(target[6..], (ushort)kind);
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], cookie);
        BinaryPrimitives.WriteUInt32BigEndian(target[16..], (uint)contentBytes);
    }
}
