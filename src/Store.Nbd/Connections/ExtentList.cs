using GlanceStore.Formats;
using GlanceStore.Nbd.Protocol;

namespace GlanceStore.Nbd.Connections;

/// <summary>The extents of one answer: those of the export within what was asked for, neighbours of one kind as one.</summary>
internal sealed class ExtentList(long offset, uint length, int most)
{
    private readonly List<(uint Length, ExtentFlags Flags)> _extents = [];
    private readonly long _end = offset + length;
    private long _position = offset;

    /// <summary>What there is to tell; where an export told nothing, its bytes may be anything.</summary>
    public IReadOnlyList<(uint Length, ExtentFlags Flags)> Extents => _extents.Count > 0 ? _extents : [(length, ExtentFlags.None)];

    /// <summary>Takes the next extent of the export; false where no more are wanted.</summary>
    public bool TryAdd(in DiskExtent extent)
    {
        var count = Math.Min(extent.Offset + extent.Length, _end) - _position;
        if (count <= 0)
        {
            return _position < _end;
        }

        // What was left out before it may be anything.
        var flags = extent.Offset > _position || extent.Kind == DiskExtentKind.Data ? ExtentFlags.None : ExtentFlags.Hole | ExtentFlags.Zero;
        if (_extents.Count > 0 && _extents[^1].Flags == flags)
        {
            _extents[^1] = (_extents[^1].Length + (uint)count, flags);
        }
        else if (_extents.Count == most)
        {
            return false;
        }
        else
        {
            _extents.Add(((uint)count, flags));
        }

        _position += count;
        return _position < _end;
    }
}
