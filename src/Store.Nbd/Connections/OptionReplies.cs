using System.Buffers.Binary;
using System.Text;
using GlanceStore.Nbd.Protocol;

namespace GlanceStore.Nbd.Connections;

/// <summary>Answers to the options of one client, sent when there are enough of them and when they end.</summary>
internal sealed class OptionReplies(Stream stream)
{
    private const int HeaderBytes = 20;

    // A list has one answer an export: however many there are, no more than this and the longest one lies here.
    private const int MostGathered = 16 << 10;

    private byte[] _bytes = new byte[1024];
    private int _length;

    /// <summary>Adds an answer that consists of parts.</summary>
    public async ValueTask AddAsync(OptionKind option, OptionReplyKind kind, ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second, CancellationToken cancellationToken)
    {
        if (_length > MostGathered)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        var at = Reserve(HeaderBytes + first.Length + second.Length);
        BinaryPrimitives.WriteUInt64BigEndian(at, Magic.OptionReply);
        BinaryPrimitives.WriteUInt32BigEndian(at[8..], (uint)option);
        BinaryPrimitives.WriteUInt32BigEndian(at[12..], (uint)kind);
        BinaryPrimitives.WriteUInt32BigEndian(at[16..], (uint)(first.Length + second.Length));
        first.Span.CopyTo(at[HeaderBytes..]);
        second.Span.CopyTo(at[(HeaderBytes + first.Length)..]);
    }

    /// <summary>Sends the last answer to an option.</summary>
    public async ValueTask EndAsync(OptionKind option, OptionReplyKind kind, string sentence, CancellationToken cancellationToken)
    {
        await AddAsync(option, kind, Encoding.UTF8.GetBytes(sentence), default, cancellationToken).ConfigureAwait(false);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_bytes.AsMemory(0, _length), cancellationToken).ConfigureAwait(false);
        _length = 0;
    }

    private Span<byte> Reserve(int count)
    {
        if (_length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        }

        var reserved = _bytes.AsSpan(_length, count);
        _length += count;
        return reserved;
    }
}
