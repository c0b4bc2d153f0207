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
    private const string Title = "# disk descriptorfile";

    // Of a kind that is one file, and that no guest could turn into another.
    private static readonly string[] SelfContained = ["monolithicSparse", "streamOptimized"];

    private readonly List<string> _strange = [];
    private readonly List<(string Kind, bool NamesPath)> _extents = [];

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
        var end = bytes.IndexOf((byte)0);
        foreach (var line in Encoding.Latin1.GetString(end < 0 ? bytes : bytes[..end]).Split('\n'))
        {
            descriptor.Add(line.Trim());
        }

        return descriptor;
    }

    /// <summary>Why the text inside a sparse extent leads elsewhere, one sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        if (CreateType is null && _extents.Count == 0 && _strange.Count == 0)
        {
            yield return "The description in the image says nothing: it is an extent that an image consists of.";
            yield break;
        }

        if (CreateType is null || !SelfContained.Contains(CreateType, StringComparer.Ordinal))
        {
            yield return $"The image says that it is of the kind {CreateType ?? "none"}, and only {string.Join(" and ", SelfContained)} are one file.";
        }

        if (_strange.Count > 0)
        {
            yield return "The description in the image has a line that is none of a description.";
        }

        if (_extents.Any(extent => extent.NamesPath))
        {
            yield return "The description in the image names an extent by a path: what a guest reads of it comes out of another file of its host.";
        }

        if (_extents is not [{ Kind: "SPARSE" }])
        {
            yield return "The description in the image names other extents than the one it is in.";
        }
    }

    private void Add(string line)
    {
        if (line.Length == 0 || line[0] == '#' || line.StartsWith("ddb", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        if (Extent().Match(line) is { Success: true } extent)
        {
            _extents.Add((extent.Groups["kind"].Value.ToUpperInvariant(), line.AsSpan().ContainsAny('/', '\\')));
            Sectors += ulong.TryParse(extent.Groups["sectors"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var sectors) ? sectors : 0;
        }
        else if (Setting().Match(line) is { Success: true } setting)
        {
            var value = setting.Groups["value"].Value.Trim().Trim('"');
            Set(setting.Groups["name"].Value, value[..Math.Min(value.Length, LongestValue)]);
        }
        else
        {
            _strange.Add(line);
        }
    }

    private void Set(string name, string value)
    {
        if (name.Equals("createType", StringComparison.OrdinalIgnoreCase))
        {
            // A second one could mean something else to another reader.
            CreateType = CreateType is null || CreateType == value ? value : $"{CreateType} and {value}";
        }

        HasParent |= name.Equals("parentFileNameHint", StringComparison.OrdinalIgnoreCase)
            || (name.Equals("parentCID", StringComparison.OrdinalIgnoreCase) && !value.Equals("ffffffff", StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex("""^(RW|RDONLY|NOACCESS)\s+(?<sectors>[0-9]+)\s+(?<kind>\w+)(\s|$)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Extent();

    [GeneratedRegex("""^(?<name>\w+)\s*=(?<value>.*)$""", RegexOptions.CultureInvariant)]
    private static partial Regex Setting();
}
