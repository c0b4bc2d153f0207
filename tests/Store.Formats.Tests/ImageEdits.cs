using System.Buffers.Binary;
using System.Numerics;

namespace GlanceStore.Formats.Tests;

/// <summary>Changes to images that no tool makes, with their checksums put right.</summary>
internal static class ImageEdits
{
    /// <summary>Sets a number in the footer of a VHD, and its checksum.</summary>
    public static byte[] WithVhdFooter(this byte[] image, int offset, ulong value, int bytes, bool alsoAtStart)
    {
        var copy = (byte[])image.Clone();
        Edit(copy.AsSpan(copy.Length - 512));
        if (alsoAtStart)
        {
            Edit(copy.AsSpan(0, 512));
        }

        return copy;

        void Edit(Span<byte> footer)
        {
            WriteBigEndian(footer.Slice(offset, bytes), value);
            WriteBigEndian(footer.Slice(64, 4), 0);
            uint sum = 0;
            foreach (var b in footer)
            {
                sum += b;
            }

            WriteBigEndian(footer.Slice(64, 4), ~sum);
        }
    }

    /// <summary>Sets bytes.</summary>
    public static byte[] With(this byte[] image, int offset, params byte[] bytes)
    {
        var copy = (byte[])image.Clone();
        bytes.CopyTo(copy, offset);
        return copy;
    }

    /// <summary>Makes both headers of a VHDX say that there is a log.</summary>
    public static byte[] WithVhdxLog(this byte[] image)
    {
        var copy = (byte[])image.Clone();
        foreach (var at in (int[])[64 << 10, 128 << 10])
        {
            var header = copy.AsSpan(at, 4096);
            header.Slice(48, 16).Fill(0x11);
            header.Slice(4, 4).Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Crc32C(header));
        }

        return copy;
    }

    /// <summary>Sets the bit of a VHDX's file parameters that says it has a parent.</summary>
    public static byte[] WithVhdxParent(this byte[] image)
    {
        var copy = (byte[])image.Clone();
        var entry = copy.AsSpan().IndexOf(new Guid("CAA16737-FA36-4D43-B3B6-33F0AA44E76B").ToByteArray());
        var table = entry & ~0xFFFF;
        var item = table + BinaryPrimitives.ReadInt32LittleEndian(copy.AsSpan(entry + 16));
        copy[item + 4] |= 2;
        return copy;
    }

    /// <summary>Adds a region to both region tables of a VHDX.</summary>
    public static byte[] WithVhdxRegion(this byte[] image, Guid kind, bool isRequired)
    {
        var copy = (byte[])image.Clone();
        foreach (var at in (int[])[192 << 10, 256 << 10])
        {
            var table = copy.AsSpan(at, 64 << 10);
            var count = BinaryPrimitives.ReadInt32LittleEndian(table[8..]);
            var entry = table.Slice(16 + (count * 32), 32);
            kind.TryWriteBytes(entry);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], 1 << 20);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[24..], 1 << 20);
            BinaryPrimitives.WriteInt32LittleEndian(entry[28..], isRequired ? 1 : 0);
            BinaryPrimitives.WriteInt32LittleEndian(table[8..], count + 1);
            table.Slice(4, 4).Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(table[4..], Crc32C(table));
        }

        return copy;
    }

    /// <summary>Says once more what the metadata of a VHDX says first.</summary>
    public static byte[] WithVhdxMetadataTwice(this byte[] image)
    {
        var copy = (byte[])image.Clone();
        var table = copy.AsSpan(copy.AsSpan().IndexOf("metadata"u8));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(table[10..]);
        table.Slice(32, 32).CopyTo(table[(32 * (count + 1))..]);
        BinaryPrimitives.WriteUInt16LittleEndian(table[10..], (ushort)(count + 1));
        return copy;
    }

    /// <summary>Sets a number of 64 bits as QEMU's formats write it.</summary>
    public static byte[] WithBigEndian(this byte[] image, long offset, ulong value)
    {
        var copy = (byte[])image.Clone();
        BinaryPrimitives.WriteUInt64BigEndian(copy.AsSpan((int)offset), value);
        return copy;
    }

    /// <summary>Reads one.</summary>
    public static ulong BigEndianAt(this byte[] image, ulong offset) => BinaryPrimitives.ReadUInt64BigEndian(image.AsSpan((int)offset));

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }

    private static void WriteBigEndian(Span<byte> field, ulong value)
    {
        for (var i = field.Length - 1; i >= 0; i--)
        {
            field[i] = (byte)value;
            value >>= 8;
        }
    }
}
