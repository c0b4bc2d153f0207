namespace GlanceStore.Formats.Inspection;

/// <summary>
/// The parts of an image that an inspection has asked for. A part of it can be looked at as if it were the whole, for a disk within an archive.
/// </summary>
internal sealed class ImageView
{
    /// <summary>No inspection keeps more than this, in bytes; the largest thing any of them looks at is the header of LUKS2, 4 MiB.</summary>
    public const int MostHeldBytes = (4 << 20) + (64 << 10);

    private readonly ImageView? _whole;
    private readonly long _start;
    private readonly List<(long Start, byte[] Bytes)> _parts = [];
    private readonly long? _length;
    private byte[] _tail = [];
    private long? _ended;

    public ImageView()
    {
    }

    private ImageView(ImageView whole, long start, long length) => (_whole, _start, _length) = (whole, start, length);

    public long HeldBytes => _parts.Sum(part => (long)part.Bytes.Length);

    /// <summary>The length of the image, or -1 as long as it is not known.</summary>
    public long Length => _length ?? _ended ?? -1;

    /// <summary>A part of the image as if it were one.</summary>
    public ImageView Within(long start, long length) => new(this, start, length);

    /// <summary>The bytes at an offset, fewer or none where they are not there.</summary>
    public ReadOnlySpan<byte> At(long offset, int length)
    {
        if (_whole is not null)
        {
            return offset < _length ? _whole.At(_start + offset, (int)Math.Min(length, _length.Value - offset)) : default;
        }

        foreach (var (start, bytes) in _parts)
        {
            if (offset >= start && offset < start + bytes.Length)
            {
                return bytes.AsSpan((int)(offset - start), (int)Math.Min(length, start + bytes.Length - offset));
            }
        }

        return default;
    }

    /// <summary>The last bytes of the image, fewer where it is shorter.</summary>
    public ReadOnlySpan<byte> Tail(int length) => _whole is not null
        ? At(Math.Max(0, Length - length), length)
        : _tail.AsSpan(Math.Max(0, _tail.Length - length));

    /// <summary>How many bytes at an offset are there.</summary>
    public int CountAt(long offset, int length) => At(offset, length).Length;

    /// <summary>Adds bytes; those that follow a part extend it.</summary>
    public void Add(long offset, byte[] bytes)
    {
        var index = _parts.FindIndex(part => part.Start + part.Bytes.Length == offset);
        if (index < 0)
        {
            _parts.Add((offset, bytes));
        }
        else
        {
            _parts[index] = (_parts[index].Start, [.. _parts[index].Bytes, .. bytes]);
        }
    }

    /// <summary>Lets go of what begins at or after an offset.</summary>
    public void Forget(long from)
    {
        if (_whole is not null)
        {
            _whole.Forget(_start + from);
            return;
        }

        _parts.RemoveAll(part => part.Start >= from);
    }

    public void End(long length, byte[] tail) => (_ended, _tail) = (length, tail);
}
