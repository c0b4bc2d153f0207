using System.Collections.Concurrent;

namespace GlanceStore.ComputeAgent.Disks;

/// <summary>Which disks use which image.</summary>
internal sealed class DiskUses
{
    private readonly ConcurrentDictionary<string, string> _imageOf = new(StringComparer.Ordinal);

    public void Add(string disk, string image) => _imageOf[disk] = image;

    public void Remove(string disk) => _imageOf.TryRemove(disk, out _);

    public IReadOnlyList<string> Of(string image) => [.. _imageOf.Where(use => use.Value == image).Select(use => use.Key).Order(StringComparer.Ordinal)];
}
