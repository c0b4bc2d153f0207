using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace GlanceStore.Cache.Files;

/// <summary>The chunks of an entry in a file: a count, a length and a checksum each, and a checksum over all of it.</summary>
internal static class ChunksFile
{
    private const ulong Magic = 0x314B4E4843435347; // "GSCCHNK1"
    private const int HeaderBytes = 16;
    private const int EntryBytes = 16;

    // A file of 1 GiB, which is read and written whole: 256 TiB in chunks of 4 MiB.
    private const int MostChunks = 1 << 26;

    public static string FingerprintOf(ChunkManifest chunks) => Convert.ToHexStringLower(SHA256.HashData(Bytes(chunks)));

    /// <summary>Writes the file whole or not at all, as of a time.</summary>
    public static void Write(EntryFiles files, ChunkManifest chunks, DateTimeOffset at)
    {
        var disk = files.Disk;
        disk.Remove(files.NextChunks);
        using (var file = disk.Open(files.NextChunks, FileMode.CreateNew))
        {
            disk.Write(file, Bytes(chunks), 0);
            disk.Stamp(file, at);
            disk.Flush(file, files.NextChunks);
        }

        disk.Rename(files.NextChunks, files.Chunks);
    }

    /// <summary>The chunks in the file; null where it is not there, or is not what was written, or the disk does not give it back.</summary>
    /// <exception cref="IOException">Nobody knows: it could not be opened for another reason, such as too many open files. Then nothing is thrown away.</exception>
    public static ChunkManifest? TryRead(EntryFiles files)
    {
        try
        {
            return files.Disk.Look(files.Chunks) is { IsRegular: true } ? Parse(files.Disk.ReadAll(files.Chunks)) : null;
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException || e.HResult == LinuxCalls.InputOutput)
        {
            return null;
        }
    }

    private static byte[] Bytes(ChunkManifest chunks)
    {
        if (chunks.Count > MostChunks)
        {
            throw new StoreException(StoreError.TooLarge, $"The image has {chunks.Count} chunks, and the cache keeps none of more than {MostChunks}.");
        }

        var bytes = new byte[HeaderBytes + ((long)EntryBytes * chunks.Count) + sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), chunks.Count);
        for (var i = 0; i < chunks.Count; i++)
        {
            var entry = bytes.AsSpan(HeaderBytes + (EntryBytes * i));
            BinaryPrimitives.WriteInt64LittleEndian(entry, chunks[i].Length);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], chunks[i].Checksum);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(bytes.Length - sizeof(ulong)), XxHash3.HashToUInt64(bytes.AsSpan(0, bytes.Length - sizeof(ulong))));
        return bytes;
    }

    private static ChunkManifest? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes + sizeof(ulong) || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
        {
            return null;
        }

        var count = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        if (count is < 0 or > MostChunks || bytes.Length != HeaderBytes + (EntryBytes * count) + sizeof(ulong)
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]) != XxHash3.HashToUInt64(bytes[..^sizeof(ulong)]))
        {
            return null;
        }

        var entries = new ChunkEntry[count];
        for (var i = 0; i < count; i++)
        {
            var entry = bytes[(HeaderBytes + (EntryBytes * i))..];
            entries[i] = new ChunkEntry(BinaryPrimitives.ReadInt64LittleEndian(entry), BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]));
        }

        return new ChunkManifest(entries);
    }
}
