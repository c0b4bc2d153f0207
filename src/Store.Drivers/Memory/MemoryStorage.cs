using System.Collections.Concurrent;

namespace GlanceStore.Drivers.Memory;

/// <summary>The backend of memory drivers: images by name. Drivers that share one see the same images.</summary>
public sealed class MemoryStorage
{
    internal ConcurrentDictionary<string, MemoryImage> Images { get; } = new(StringComparer.Ordinal);

    /// <summary>The names of all images.</summary>
    public IReadOnlyCollection<string> Names => [.. Images.Keys];

    /// <summary>Flips the lowest bit of a stored byte, as failing hardware would. For tests.</summary>
    /// <returns>False where there is no such image or byte.</returns>
    public bool Corrupt(string name, long offset)
    {
        if (!Images.TryGetValue(name, out var image) || offset < 0 || offset >= image.Bytes.Length)
        {
            return false;
        }

        image.Bytes[offset] ^= 1;
        return true;
    }
}

internal sealed record MemoryImage(byte[] Bytes, DateTimeOffset LastModified)
{
    public string VersionTag { get; } = Guid.NewGuid().ToString("N");
}
