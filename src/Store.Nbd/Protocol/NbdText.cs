using System.Text;

namespace GlanceStore.Nbd.Protocol;

/// <summary>Strings of the protocol: UTF-8 without NUL, of at most 4096 bytes.</summary>
internal static class NbdText
{
    public const int MostBytes = 4096;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of bytes; null where they are none.</summary>
    public static string? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MostBytes || bytes.Contains((byte)0))
        {
            return null;
        }

        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The bytes of a text.</summary>
    /// <exception cref="ArgumentException">The protocol has no such string.</exception>
    public static byte[] Bytes(string text, string parameter)
    {
        ArgumentNullException.ThrowIfNull(text, parameter);
        byte[] bytes;
        try
        {
            bytes = Strict.GetBytes(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException("The text is no Unicode.", parameter, e);
        }

        return bytes.Length <= MostBytes && !bytes.Contains((byte)0)
            ? bytes
            : throw new ArgumentException($"A text of NBD has at most {MostBytes} bytes of UTF-8 and no NUL, and this one has {bytes.Length} bytes.", parameter);
    }
}
