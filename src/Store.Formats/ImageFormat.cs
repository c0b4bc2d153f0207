namespace GlanceStore.Formats;

/// <summary>The names of the formats that an inspection tells: OpenStack's disk formats, and those it has no name for.</summary>
public static class ImageFormat
{
    /// <summary>Nothing else: the bytes are those of a disk, or of anything.</summary>
    public const string Raw = "raw";

    /// <summary>A disk with a GUID partition table.</summary>
    public const string Gpt = "gpt";

    /// <summary>A disk with a partition table in its boot sector alone.</summary>
    public const string Mbr = "mbr";

    /// <summary>ISO 9660 or UDF, hybrids with a partition table included.</summary>
    public const string Iso = "iso";

    /// <summary>QEMU's format, version 1.</summary>
    public const string Qcow = "qcow";

    /// <summary>QEMU's format, versions 2 and 3.</summary>
    public const string Qcow2 = "qcow2";

    /// <summary>VMware's, of any kind.</summary>
    public const string Vmdk = "vmdk";

    /// <summary>Microsoft's older one; <c>vpc</c> to QEMU.</summary>
    public const string Vhd = "vhd";

    /// <summary>Microsoft's newer one.</summary>
    public const string Vhdx = "vhdx";

    /// <summary>VirtualBox's.</summary>
    public const string Vdi = "vdi";

    /// <summary>An encrypted disk of Linux, version 1 or 2.</summary>
    public const string Luks = "luks";

    /// <summary>QEMU's abandoned one.</summary>
    public const string Qed = "qed";

    /// <summary>Parallels', which glance calls <c>ploop</c> in one of its forms.</summary>
    public const string Parallels = "parallels";

    /// <summary>A tar archive of a description and disks.</summary>
    public const string Ova = "ova";

    /// <summary>Something that gzip compressed.</summary>
    public const string Gzip = "gzip";

    /// <summary>Something that xz compressed.</summary>
    public const string Xz = "xz";

    /// <summary>Something that Zstandard compressed.</summary>
    public const string Zstd = "zstd";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Known { get; } =
        [Raw, Gpt, Mbr, Iso, Qcow, Qcow2, Vmdk, Vhd, Vhdx, Vdi, Luks, Qed, Parallels, Ova, Gzip, Xz, Zstd];

    /// <summary>Whether the disk in an image that was found to have one format is read as another says: what is on a raw disk is the guest's.</summary>
    internal static bool IsReadAs(string found, string format) =>
        found == format || (format == Raw && found is Mbr or Gpt or Iso);
}
