using System.Globalization;

namespace GlanceStore.Formats.Inspection;

/// <summary>What an inspection has found so far.</summary>
internal sealed class InspectionReport
{
    private readonly Dictionary<string, string> _details = new(StringComparer.Ordinal);
    private readonly List<ImageFinding> _findings = [];

    public string Format { get; set; } = ImageFormat.Raw;

    /// <summary>The size of the guest's disk in bytes; null where it is not known.</summary>
    public long? VirtualSize { get; set; }

    public IReadOnlyList<ImageFinding> Findings => _findings;

    public void Detail(string name, string value) => _details[name] = value;

    public void Detail(string name, long value) => _details[name] = value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Notes what should be known and leads nowhere.</summary>
    public void Note(string code, string message) => Add(new ImageFinding(code, IsUnsafe: false, message));

    /// <summary>Notes what makes the image unsafe.</summary>
    public void Unsafe(string code, string message) => Add(new ImageFinding(code, IsUnsafe: true, message));

    /// <summary>Notes that the image is not long enough to be judged.</summary>
    public void EndsInHeader() => Unsafe("truncated", $"The image ends within its own {Format} header, so nothing can be said of what it leads to.");

    /// <summary>Notes that what the header leads to is not where it says.</summary>
    public void Unreachable(string what) => Unsafe("header", $"The {Format} header says that {what} is where it is not, so nothing can be said of what it leads to.");

    /// <summary>Takes a size that a header tells, which may be nonsense.</summary>
    public void Sized(UInt128 bytes)
    {
        if (bytes <= long.MaxValue)
        {
            VirtualSize = (long)bytes;
        }
        else
        {
            Unsafe("header", $"The {Format} header tells a disk of {bytes} bytes, which is none.");
        }
    }

    public ImageInspection Conclude(long length) => new(Format, VirtualSize, length) { Details = _details, Findings = [.. _findings] };

    private void Add(ImageFinding finding)
    {
        if (!_findings.Contains(finding))
        {
            _findings.Add(finding);
        }
    }
}
