using GlanceStore.Formats;

namespace GlanceStore.ImageService.Transfers;

/// <summary>What an upload has to be, told from the formats that its image was created with.</summary>
internal static class UploadInspection
{
    /// <summary>What is looked into, and refused; null where nothing is.</summary>
    public static PutInspection? Of(InspectionMode mode, string? diskFormat, string? containerFormat)
    {
        var format = FormatOf(diskFormat, containerFormat);
        var look = new PutInspection(() => new Inspector(format));
        return mode switch
        {
            InspectionMode.Off => null,
            InspectionMode.Report => look,
            _ => look with { RequiredFormat = format, RequireSafe = true },
        };
    }

    /// <summary>What the inspector calls an image of these formats; null for any: kernels, ramdisks, archives and what is compressed are no disks that have a format.</summary>
    public static string? FormatOf(string? disk, string? container) => (container, disk) switch
    {
        ("ova", _) => ImageFormat.Ova,
        ("ovf" or "docker" or "compressed", _) => null,
        (_, "ami" or "ari" or "aki") => null,
        (_, "ploop") => ImageFormat.Parallels,
        _ => disk,
    };

    // Nova makes an image of no bytes for a server that boots from a volume, and gives it the first format it finds in the schema.
    private sealed class Inspector(string? format) : StreamInspector
    {
        private readonly ImageInspector _inner = new();
        private bool _hasBytes;

        public override long HeldBytes => _inner.HeldBytes;

        public override void Append(ReadOnlySpan<byte> bytes)
        {
            _hasBytes |= bytes.Length > 0;
            _inner.Append(bytes);
        }

        public override ImageInspection Complete()
        {
            var found = _inner.Complete();
            return _hasBytes ? found.AsToldToBe(format) : new ImageInspection(format ?? found.Format, null, 0);
        }
    }
}
