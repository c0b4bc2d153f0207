namespace GlanceStore.Nbd.Connections;

/// <summary>The bytes of one answer, which the connection has until they are sent.</summary>
internal sealed class ReplyBuffer(ReplyMemory memory, ReplyMemory.Share share, byte[] bytes)
{
    public byte[] Bytes => bytes;

    /// <summary>Where an answer's content goes; what stands before it is written by <see cref="ReplyFormat"/>.</summary>
    public Memory<byte> Content(int length) => bytes.AsMemory(ReplyMemory.HeaderRoom, length);

    /// <summary>Gives it back to be used again.</summary>
    public void Return() => memory.Return(share, bytes, isReusable: true);

    /// <summary>Gives the room back, and not the array: a read that failed may still write into it.</summary>
    public void Abandon() => memory.Return(share, bytes, isReusable: false);
}
