using System.Collections.Frozen;
using GlanceStore.Formats;

namespace GlanceStore.ComputeAgent.Sources;

/// <summary>Names of formats, as glance, the inspector and QEMU have them.</summary>
internal static class DiskFormats
{
    // What QEMU opens by each; a disk with a partition table, or an ISO, is as it is.
    private static readonly FrozenDictionary<string, string> Qemu = new Dictionary<string, string>
    {
        [ImageFormat.Raw] = "raw",
        [ImageFormat.Gpt] = "raw",
        [ImageFormat.Mbr] = "raw",
        [ImageFormat.Iso] = "raw",
        [ImageFormat.Qcow2] = "qcow2",
        [ImageFormat.Vmdk] = "vmdk",
        [ImageFormat.Vhd] = "vpc",
        [ImageFormat.Vhdx] = "vhdx",
        [ImageFormat.Vdi] = "vdi",
    }.ToFrozenDictionary();

    /// <summary>A <c>disk_format</c>, where it is one that the inspector tells; null for others, such as <c>ami</c>.</summary>
    public static string? KnownOf(string? diskFormat) => diskFormat is not null && ImageFormat.Known.Contains(diskFormat) ? diskFormat : null;

    /// <summary>What QEMU calls it; null where it opens no such image.</summary>
    public static string? OfQemu(string format) => Qemu.GetValueOrDefault(format);
}
