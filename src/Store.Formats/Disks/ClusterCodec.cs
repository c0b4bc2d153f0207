using System.IO.Compression;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace GlanceStore.Formats.Disks;

/// <summary>Inflates what one cluster was compressed to. What follows its end within the last sector is not looked at.</summary>
internal sealed class ClusterCodec
{
    /// <summary>As qcow2 has it: without a header.</summary>
    public static readonly ClusterCodec Deflate = new((stored, cluster, whole) => Inflate(new DeflateStream(StreamOf(stored), CompressionMode.Decompress), cluster, whole));

    /// <summary>As VMDK has it.</summary>
    public static readonly ClusterCodec Zlib = new((stored, cluster, whole) => Inflate(new ZLibStream(StreamOf(stored), CompressionMode.Decompress), cluster, whole));

    /// <summary>As qcow2 has it since QEMU 5.1.</summary>
    public static readonly ClusterCodec Zstandard = new(Unwrap);

    // What every decoder has to have (RFC 8878, 3.1.1.1.2), 8 MiB; a cluster has 2 at most. Otherwise a frame takes as much memory as it asks for.
    private const int LargestWindowLog = 23;

    private readonly Inflater _inflate;

    private ClusterCodec(Inflater inflate) => _inflate = inflate;

    private delegate bool Inflater(ArraySegment<byte> stored, Span<byte> cluster, int whole);

    /// <summary>Fills a cluster, or as much of the last one as the disk has.</summary>
    /// <param name="compressed">What it was compressed to, and perhaps more.</param>
    /// <param name="cluster">What to fill.</param>
    /// <param name="whole">How many bytes a whole cluster has.</param>
    /// <param name="file">The file, for the error.</param>
    /// <exception cref="StoreException"><see cref="StoreError.Corrupted"/>: it does not inflate to one whole cluster.</exception>
    public void Inflate(ArraySegment<byte> compressed, Span<byte> cluster, int whole, HostFile file)
    {
        try
        {
            if (_inflate(compressed, cluster, whole))
            {
                return;
            }
        }
        catch (Exception e) when (e is InvalidDataException or ZstdException or IOException)
        {
            throw NotWhole(file, e);
        }

        throw NotWhole(file, null);
    }

    private static StoreException NotWhole(HostFile file, Exception? cause) => file.Corrupted("a compressed cluster does not inflate to one whole cluster", cause);

    private static MemoryStream StreamOf(ArraySegment<byte> stored) => new(stored.Array!, stored.Offset, stored.Count, writable: false);

    private static bool Inflate(Stream inflated, Span<byte> cluster, int whole)
    {
        using (inflated)
        {
            return inflated.ReadAtLeast(cluster, cluster.Length, throwOnEndOfStream: false) == cluster.Length
                && (cluster.Length < whole || inflated.ReadByte() < 0);
        }
    }

    // Of several frames as well: QEMU reads them until the cluster is full. What follows may be the frame of the next cluster.
    private static bool Unwrap(ArraySegment<byte> stored, Span<byte> cluster, int whole)
    {
        using var decompressor = new Decompressor();
        decompressor.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, LargestWindowLog);
        decompressor.UnwrapStream(stored, cluster, out _, out var count);
        return count == cluster.Length;
    }
}
