using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace GlanceStore.Drivers.Swift;

/// <summary>
/// The names of an upload's segments: <c>ID/UPLOAD-00001</c>. No id holds a slash, so no segment is ever taken for an image, and no two
/// uploads share a name.
/// </summary>
internal sealed partial record SwiftSegments(string Id, string Upload)
{
    /// <summary>The most segments that five digits count.</summary>
    public const int Most = 99_999;

    private const int UploadBytes = 8;

    /// <summary>What the names of the segments begin with: the prefix of a dynamic large object.</summary>
    public string Prefix => $"{Id}/{Upload}-";

    /// <summary>What the names of everything of the upload begin with.</summary>
    public string Everything => $"{Id}/{Upload}";

    public static SwiftSegments New(string id) => new(id, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(UploadBytes)));

    /// <summary>The names of an upload that was begun before; null where the text is none of <see cref="New"/>.</summary>
    public static SwiftSegments? Again(string id, string upload) => new SwiftSegments(id, upload) is var again && Parse(again.NameOf(0)) == again ? again : null;

    /// <summary>The upload that an object belongs to, or null where it is no segment.</summary>
    public static SwiftSegments? Parse(string name) => Name().Match(name) is { Success: true } match
        ? new SwiftSegments(match.Groups["id"].Value, match.Groups["upload"].Value)
        : null;

    /// <summary>The image that a segment of OpenStack's library belongs to, or null where it is none.</summary>
    public static string? ParseLegacy(string name) => LegacyName().Match(name) is { Success: true } match ? match.Groups["id"].Value : null;

    /// <summary>The image that an object is a segment of, if one of that name holds it as OpenStack's library does; null where its name is none of those.</summary>
    public static string? ParsePython(string name) => PythonName().Match(name) is { Success: true } match ? match.Groups["id"].Value : null;

    /// <summary>The name of a segment, its index counted from 0.</summary>
    public string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{index + 1:D5}");

    /// <summary>The name of a manifest that holds a part of the segments, its index counted from 0.</summary>
    public string GroupOf(int index) => string.Create(CultureInfo.InvariantCulture, $"{Everything}/{index + 1:D5}");

    [GeneratedRegex(@"^(?<id>[^/]+)/(?<upload>[0-9a-f]{16})[-/][0-9]{5}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    // Of any id: what a manifest says decides.
    [GeneratedRegex(@"^(?<id>[^/]+)-[0-9]{5}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PythonName();

    // Of UUIDs only: any other id could end that way itself.
    [GeneratedRegex(@"^(?<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})-[0-9]{5}\z", RegexOptions.CultureInvariant)]
    private static partial Regex LegacyName();
}
