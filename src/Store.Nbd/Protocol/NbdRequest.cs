using System.Buffers.Binary;

namespace GlanceStore.Nbd.Protocol;

/// <summary>What a client can ask of an export.</summary>
internal enum RequestKind : ushort
{
    Read = 0,
    Write = 1,
    Disconnect = 2,
    Flush = 3,
    Trim = 4,
    Cache = 5,
    WriteZeroes = 6,
    BlockStatus = 7,
}

/// <summary>One request, as it stands on the wire.</summary>
internal readonly record struct NbdRequest(RequestFlags Flags, RequestKind Kind, ulong Cookie, ulong Offset, uint Length)
{
    public const int WireBytes = 28;

    /// <summary>Whether it lies in an export of that size and asks for anything.</summary>
    public bool IsWithin(long size) => Length > 0 && Offset <= (ulong)size && Length <= (ulong)size - Offset;

    /// <summary>Reads a request; false where what stands there is none, after which nothing on the connection can be understood.</summary>
    public static bool TryParse(ReadOnlySpan<byte> wire, out NbdRequest request)
    {
        request = new NbdRequest(
            (RequestFlags)BinaryPrimitives.ReadUInt16BigEndian(wire[4..]),
            (RequestKind)BinaryPrimitives.ReadUInt16BigEndian(wire[6..]),
            BinaryPrimitives.ReadUInt64BigEndian(wire[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(wire[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(wire[24..]));
        return BinaryPrimitives.ReadUInt32BigEndian(wire) == Magic.Request;
    }
}
