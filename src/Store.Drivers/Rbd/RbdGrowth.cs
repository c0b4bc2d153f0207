namespace GlanceStore.Drivers.Rbd;

/// <summary>How a block device grows whose size at the end is not known.</summary>
internal sealed class RbdGrowth(long size, long most)
{
    private const long Least = 64 << 20;

    private long _size = size;

    /// <summary>How many bytes it has.</summary>
    public long Size
    {
        get => Interlocked.Read(ref _size);
        set => Interlocked.Exchange(ref _size, value);
    }

    /// <summary>The size it gets so that a byte before <paramref name="end"/> can be written.</summary>
    public long Next(long end) => Math.Max(end, Size + Math.Clamp(Size, Least, most));
}
