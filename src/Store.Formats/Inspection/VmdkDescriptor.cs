using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace GlanceStore.Formats.Inspection;

/// <summary>The text that describes a VMDK: its kind, its extents, what it was derived from.</summary>
internal sealed partial class VmdkDescriptor
{
    /// <summary>No longer text is looked at, in bytes.</summary>
    public const int LongestBytes = 1 << 20;

    private const int LongestValue = 64;
    private const string Several = "several kinds at once";
    private const string Title = "# disk descriptorfile";

    // Of a kind that is one file, and that no guest could turn into another.
    private static readonly string[] SelfContained = ["monolithicSparse", "streamOptimized"];

    private bool _isStrange;
    private bool _namesPath;
    private int _extents;
    private bool _hasOtherExtents;

    /// <summary>The value of <c>createType</c>, or null.</summary>
    public string? CreateType { get; private set; }

    /// <summary>Whether it names an image that it is only the difference from.</summary>
    public bool HasParent { get; private set; }

    /// <summary>The sectors of all extents.</summary>
    public UInt128 Sectors { get; private set; }

    /// <summary>Whether a file begins as such a text, in any case and with blank lines before.</summary>
    public static bool Is(ReadOnlySpan<byte> head)
    {
        var text = head.TrimStart("\r\n\t "u8);
        return text.Length >= Title.Length && Ascii.EqualsIgnoreCase(text[..Title.Length], Title);
    }

    public static VmdkDescriptor Parse(ReadOnlySpan<byte> bytes)
    {
        var descriptor = new VmdkDescriptor();
        foreach (var line in Encoding.Latin1.GetString(TextOf(bytes)).AsSpan().EnumerateLines())
        {
            descriptor.Add(line.Trim());
        }

        return descriptor;
    }

    /// <summary>Whether the name of a parent stands anywhere in a text: QEMU takes it out of comments as well.</summary>
    public static bool HintsAtParent(ReadOnlySpan<byte> bytes) => TextOf(bytes).IndexOf("parentFileNameHint"u8) >= 0;

    /// <summary>Why the text inside a sparse extent leads elsewhere, one sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        if (CreateType is null && _extents == 0 && !_isStrange)
        {
            yield return "The description in the image says nothing: it is an extent that an image consists of.";
            yield break;
        }

        if (CreateType is null || !SelfContained.Contains(CreateType, StringComparer.Ordinal))
        {
            yield return $"The image says that it is of the kind {CreateType ?? "none"}, and only {string.Join(" and ", SelfContained)} are one file.";
        }

        if (_isStrange)
        {
            yield return "The description in the image has a line that is none of a description.";
        }

        if (_namesPath)
        {
            yield return "The description in the image names an extent by a path: what a guest reads of it comes out of another file of its host.";
        }

        if (_extents != 1 || _hasOtherExtents)
        {
            yield return "The description in the image names other extents than the one it is in.";
        }
    }

    // A text ends where its writer's string does.
    private static ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> bytes) => bytes.IndexOf((byte)0) is >= 0 and var end ? bytes[..end] : bytes;

    private void Add(ReadOnlySpan<char> line)
    {
        if (line.IsEmpty || line[0] == '#' || line.StartsWith("ddb", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        if (Extent().IsMatch(line))
        {
            AddExtent(line.ToString());
        }
        else if (Setting().IsMatch(line))
        {
            var equals = line.IndexOf('=');
            var value = line[(equals + 1)..].Trim().Trim('"');
            Set(line[..equals].TrimEnd().ToString(), value[..Math.Min(value.Length, LongestValue)].ToString());
        }
        else
        {
            _isStrange = true;
        }
    }

    private void AddExtent(string line)
    {
        var parts = Extent().Match(line).Groups;
        _extents++;
        _hasOtherExtents |= !parts["kind"].ValueSpan.Equals("SPARSE", StringComparison.OrdinalIgnoreCase);
        _namesPath |= line.AsSpan().ContainsAny('/', '\\');
        Sectors += ulong.TryParse(parts["sectors"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var sectors) ? sectors : 0;
    }

    private void Set(string name, string value)
    {
        if (name.Equals("createType", StringComparison.OrdinalIgnoreCase))
        {
            // A second one could mean something else to another reader.
            CreateType = CreateType is null || CreateType == value ? value : Several;
        }

        HasParent |= name.Equals("parentFileNameHint", StringComparison.OrdinalIgnoreCase)
            || (name.Equals("parentCID", StringComparison.OrdinalIgnoreCase) && !value.Equals("ffffffff", StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex("""^(RW|RDONLY|NOACCESS)\s+(?<sectors>[0-9]+)\s+(?<kind>\w+)(\s|$)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Extent();

    [GeneratedRegex("""^\w+\s*=""", RegexOptions.CultureInvariant)]
    private static partial Regex Setting();
}
