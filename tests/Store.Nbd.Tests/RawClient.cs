using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using GlanceStore.Nbd.Protocol;

namespace GlanceStore.Nbd.Tests;

/// <summary>A client that sends whatever a test wants, and reads what comes back byte for byte.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Socket _socket;
    private readonly CancellationTokenSource _patience = new(Patience);

    private RawClient(Socket socket)
    {
        _socket = socket;
        Stream = new NetworkStream(socket, ownsSocket: true);
    }

    public Stream Stream { get; set; }

    public static async Task<RawClient> ConnectAsync(EndPoint endPoint)
    {
        var isUnix = endPoint.AddressFamily == AddressFamily.Unix;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        if (isUnix)
        {
            socket.Connect(endPoint); // one that does not wait fails where the queue is full
        }
        else
        {
            await socket.ConnectAsync(endPoint);
        }

        return new RawClient(socket);
    }

    /// <summary>A client that is greeted, and has answered with these flags.</summary>
    public static async Task<RawClient> GreetedAsync(TestServer server, uint flags = 3)
    {
        var client = await ConnectAsync(server.Server.EndPoint);
        Assert.AreEqual("4E42444D4147494349484156454F50540003", Convert.ToHexString(await client.ReadAsync(18)));
        await client.SendAsync(Number(flags));
        return client;
    }

    /// <summary>A client that has chosen an export.</summary>
    public static async Task<RawClient> ReadingAsync(TestServer server, bool structured = true, bool extents = false, string export = "")
    {
        var client = await GreetedAsync(server);
        if (structured)
        {
            Assert.AreEqual(OptionReplyKind.Acknowledged, (await client.OptionAsync(OptionKind.StructuredReply)).Single().Kind);
        }

        if (extents)
        {
            var replies = await client.OptionAsync(OptionKind.SetMetaContext, MetaContext(export, "base:allocation"));
            Assert.AreEqual(OptionReplyKind.MetaContext, replies[0].Kind);
        }

        Assert.AreEqual(OptionReplyKind.Acknowledged, (await client.OptionAsync(OptionKind.Go, Query(export)))[^1].Kind);
        return client;
    }

    public static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Text(string text) => [.. Number((uint)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] Query(string export, params InfoKind[] kinds) =>
        [.. Text(export), 0, (byte)kinds.Length, .. kinds.SelectMany(kind => new byte[] { 0, (byte)kind })];

    public static byte[] MetaContext(string export, params string[] queries) => [.. Text(export), .. Number((uint)queries.Length), .. queries.SelectMany(Text)];

    public static byte[] OptionHeader(OptionKind option, uint length)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Magic.Option);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), (uint)option);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(12), length);
        return bytes;
    }

    public static byte[] Request(RequestKind kind, long offset, uint length, RequestFlags flags = 0, ulong cookie = 7)
    {
        var bytes = new byte[NbdRequest.WireBytes];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Magic.Request);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)kind);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), cookie);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(16), offset);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(24), length);
        return bytes;
    }

    public ValueTask SendAsync(params byte[] bytes) => Stream.WriteAsync(bytes, _patience.Token);

    public async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await Stream.ReadExactlyAsync(bytes, _patience.Token);
        return bytes;
    }

    /// <summary>Sends an option and reads its answers, the last one of which ends it.</summary>
    public async Task<List<(OptionReplyKind Kind, byte[] Data)>> OptionAsync(OptionKind option, params byte[] data)
    {
        await SendAsync([.. OptionHeader(option, (uint)data.Length), .. data]);
        return await OptionRepliesAsync(option);
    }

    public async Task<List<(OptionReplyKind Kind, byte[] Data)>> OptionRepliesAsync(OptionKind option)
    {
        var replies = new List<(OptionReplyKind Kind, byte[] Data)>();
        do
        {
            var header = await ReadAsync(20);
            Assert.AreEqual(Magic.OptionReply, BinaryPrimitives.ReadUInt64BigEndian(header));
            Assert.AreEqual(option, (OptionKind)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8)));
            var kind = (OptionReplyKind)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12));
            replies.Add((kind, await ReadAsync(BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(16)))));
        }
        while (replies[^1].Kind is OptionReplyKind.Server or OptionReplyKind.Info or OptionReplyKind.MetaContext);

        return replies;
    }

    public async Task<(NbdError Error, ulong Cookie)> SimpleReplyAsync()
    {
        var reply = await ReadAsync(16);
        Assert.AreEqual(Magic.SimpleReply, BinaryPrimitives.ReadUInt32BigEndian(reply));
        return ((NbdError)BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(4)), BinaryPrimitives.ReadUInt64BigEndian(reply.AsSpan(8)));
    }

    public async Task<Chunk> ChunkAsync()
    {
        var header = await ReadAsync(20);
        Assert.AreEqual(Magic.StructuredReply, BinaryPrimitives.ReadUInt32BigEndian(header));
        var content = await ReadAsync(BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(16)));
        return new Chunk(
            BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(6)), (header[5] & 1) != 0, BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)), content);
    }

    /// <summary>Reads a part by one request, of whatever chunks the answer consists.</summary>
    public async Task<byte[]> ReadPartAsync(long offset, int length, RequestFlags flags = 0)
    {
        await SendAsync(Request(RequestKind.Read, offset, (uint)length, flags));
        var (bytes, known) = (new byte[length], 0);
        for (var isLast = false; !isLast;)
        {
            var chunk = await ChunkAsync();
            var at = (int)(BinaryPrimitives.ReadInt64BigEndian(chunk.Content) - offset);
            Assert.IsTrue(chunk.Kind is Chunk.Data or Chunk.Hole, $"{chunk.Kind:x}");
            chunk.Bytes.CopyTo(bytes, at);
            known += chunk.Bytes.Length;
            isLast = chunk.IsLast;
        }

        Assert.AreEqual(length, known);
        return bytes;
    }

    /// <summary>Checks that the server has ended the connection, after what it had still to say.</summary>
    public async Task EndsAsync()
    {
        try
        {
            var rest = new byte[4096];
            while (await Stream.ReadAsync(rest, _patience.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // What it had not read of ours makes its end a reset.
        }
    }

    /// <summary>Tells the server that nothing more comes, and goes on to read.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        Stream.Dispose();
        _patience.Dispose();
    }

    /// <summary>A chunk of a structured reply.</summary>
    internal sealed class Chunk(ushort kind, bool isLast, ulong cookie, byte[] content)
    {
        public const ushort Data = 1;
        public const ushort Hole = 2;
        public const ushort Extents = 5;
        public const ushort Error = 0x8001;
        public const ushort ErrorAt = 0x8002;

        public ushort Kind => kind;

        public bool IsLast => isLast;

        public ulong Cookie => cookie;

        public byte[] Content => content;

        /// <summary>The bytes that a content chunk stands for.</summary>
        public byte[] Bytes => Kind == Data ? Content[8..] : new byte[BinaryPrimitives.ReadInt32BigEndian(Content.AsSpan(8))];

        public NbdError ErrorCode => (NbdError)BinaryPrimitives.ReadUInt32BigEndian(Content);

        public string Sentence => Encoding.UTF8.GetString(Content, 6, BinaryPrimitives.ReadUInt16BigEndian(Content.AsSpan(4)));
    }
}
