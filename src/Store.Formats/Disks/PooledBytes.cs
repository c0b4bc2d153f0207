using System.Buffers;

namespace GlanceStore.Formats.Disks;

/// <summary>Bytes of the file that are in memory for a moment, out of the pool and counted as kept.</summary>
internal sealed class PooledBytes : IDisposable
{
    private readonly byte[] _bytes;
    private readonly int _length;
    private readonly HostFile _file;

    public PooledBytes(int length, HostFile file)
    {
        (_bytes, _length, _file) = (ArrayPool<byte>.Shared.Rent(length), length, file);
        file.CountKept(length);
    }

    public Memory<byte> Memory => _bytes.AsMemory(0, _length);

    public ArraySegment<byte> Segment => new(_bytes, 0, _length);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _file.CountKept(-_length);
    }
}
