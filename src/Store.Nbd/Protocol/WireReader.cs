using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace GlanceStore.Nbd.Protocol;

/// <summary>Takes what an option's data begins with.</summary>
internal static class WireReader
{
    /// <summary>A length of 32 bits and a text of as many bytes.</summary>
    public static bool TryReadText(ref ReadOnlySpan<byte> data, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (data.Length < 4)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(data);
        if (length > (uint)(data.Length - 4))
        {
            return false;
        }

        text = NbdText.Parse(data.Slice(4, (int)length));
        data = data[(4 + (int)length)..];
        return text is not null;
    }
}
