using System.Buffers.Binary;
using System.Text;

namespace GlanceStore.ImageService.Tests;

/// <summary>The smallest images of QEMU's format, version 2, with clusters of 64 KiB.</summary>
internal static class Qcow2
{
    private const int Cluster = 65536;

    /// <summary>A disk of that size in which nothing is written.</summary>
    public static byte[] Empty(long virtualSize)
    {
        var image = new byte[4 * Cluster];
        var header = image.AsSpan();
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x514649fb);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt32BigEndian(header[20..], 16);
        BinaryPrimitives.WriteInt64BigEndian(header[24..], virtualSize);
        BinaryPrimitives.WriteUInt32BigEndian(header[36..], (uint)((virtualSize + 536870911) / 536870912));
        BinaryPrimitives.WriteInt64BigEndian(header[40..], 3 * Cluster);
        BinaryPrimitives.WriteInt64BigEndian(header[48..], Cluster);
        BinaryPrimitives.WriteUInt32BigEndian(header[56..], 1);
        BinaryPrimitives.WriteInt64BigEndian(header[Cluster..], 2 * Cluster);
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header[((2 * Cluster) + (2 * i))..], 1);
        }

        return image;
    }

    /// <summary>A disk that is read from another file where nothing is written.</summary>
    public static byte[] WithBackingFile(string name)
    {
        var image = Empty(1 << 20);
        BinaryPrimitives.WriteInt64BigEndian(image.AsSpan(8), 512);
        BinaryPrimitives.WriteInt32BigEndian(image.AsSpan(16), name.Length);
        Encoding.ASCII.GetBytes(name, image.AsSpan(512));
        return image;
    }
}
