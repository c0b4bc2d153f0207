using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace GlanceStore.Drivers.Azure;

/// <summary>How the service names the blocks of an upload, and how it writes their CRC-64.</summary>
internal static class AzureBlock
{
    /// <summary>hashlib-like name of the digest that the service checks of each block: the CRC-64 of NVMe.</summary>
    public const string Digest = "crc64nvme";

    /// <summary>
    /// The id of a block. All uploads to a blob share one set of uncommitted blocks, so the writer is a part of it; and all ids there must be
    /// of one length, so it has the 48 characters that the SDK's and AzCopy's ids have.
    /// </summary>
    public static string IdOf(Guid writer, int index) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{writer:N}{index:D16}")));

    /// <summary>A CRC-64 as its header has it: the lowest byte first, where digests have the highest first.</summary>
    public static string HeaderOf(ReadOnlySpan<byte> digest)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, BinaryPrimitives.ReadUInt64BigEndian(digest));
        return Convert.ToBase64String(bytes);
    }
}
