using System.IO.Compression;
using ZstdSharp;

namespace GlanceStore.Formats.Disks;

/// <summary>Inflates what one cluster was compressed to. What follows its end within the last sector is not looked at.</summary>
internal sealed class ClusterCodec
{
    /// <summary>As qcow2 has it: without a header.</summary>
    public static readonly ClusterCodec Deflate = new(bytes => new DeflateStream(bytes, CompressionMode.Decompress));

    /// <summary>As VMDK has it.</summary>
    public static readonly ClusterCodec Zlib = new(bytes => new ZLibStream(bytes, CompressionMode.Decompress));

    /// <summary>As qcow2 has it since QEMU 5.1.</summary>
    public static readonly ClusterCodec Zstandard = new(bytes => new DecompressionStream(bytes));

    private readonly Func<Stream, Stream> _open;

    private ClusterCodec(Func<Stream, Stream> open) => _open = open;

    /// <exception cref="StoreException"><see cref="StoreError.Corrupted"/>: it does not inflate to a whole cluster.</exception>
    public void Inflate(ArraySegment<byte> compressed, Span<byte> cluster, HostFile file)
    {
        try
        {
            using var bytes = new MemoryStream(compressed.Array!, compressed.Offset, compressed.Count, writable: false);
            using var inflated = _open(bytes);
            inflated.ReadExactly(cluster);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ZstdException or IOException)
        {
            throw file.Corrupted("a compressed cluster does not inflate to a whole one", e);
        }
    }
}
