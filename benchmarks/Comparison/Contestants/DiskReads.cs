using System.Globalization;
using GlanceStore.Formats;

namespace GlanceStore.Benchmarks.Comparison.Contestants;

/// <summary>The guest's disk in a local image, by <see cref="VirtualDisk"/> alone: no store and no digests.</summary>
internal static class DiskReads
{
    private const int SectorBytes = 4096;
    private const int CopyBytes = 4 << 20;

    /// <summary>Copies what is stored of the disk into a file; the rest of it stays a hole.</summary>
    public static async Task CopyAsync(string image, string copy)
    {
        await using var disk = await OpenAsync(image);
        await using var file = new FileStream(copy, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.SetLength(disk.Length);
        var buffer = new byte[CopyBytes];
        await foreach (var extent in disk.GetExtentsAsync())
        {
            if (extent.Kind == DiskExtentKind.Data)
            {
                (disk.Position, file.Position) = (extent.Offset, extent.Offset);
                for (var left = extent.Length; left > 0;)
                {
                    var count = await disk.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)));
                    await file.WriteAsync(buffer.AsMemory(0, count));
                    left -= count;
                }
            }
        }
    }

    /// <summary>Reads 4 KiB at each of the offsets in a file.</summary>
    public static async Task ReadAsync(string image, string offsets)
    {
        await using var disk = await OpenAsync(image);
        var sector = new byte[SectorBytes];
        await foreach (var line in File.ReadLinesAsync(offsets))
        {
            disk.Position = long.Parse(line, CultureInfo.InvariantCulture);
            await disk.ReadExactlyAsync(sector);
        }
    }

    /// <summary>Counts the extents of the disk.</summary>
    public static async Task CountExtentsAsync(string image)
    {
        await using var disk = await OpenAsync(image);
        Console.WriteLine($"{await disk.GetExtentsAsync().CountAsync()} extents of {disk.Length} bytes");
    }

    private static Task<VirtualDisk> OpenAsync(string image) =>
        VirtualDisk.OpenAsync(new FileStream(image, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0));
}
