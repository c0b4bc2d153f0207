using System.Globalization;

namespace GlanceStore.Drivers.File;

/// <summary>One of several directories of a file store.</summary>
/// <param name="Path">Its path; a relative one is made absolute. Created where it is missing.</param>
/// <param name="Priority">Images go to the directory of the highest priority that has room; 0 by default.</param>
public readonly record struct FileDirectory(string Path, int Priority = 0)
{
    // Glance's own form, path[:priority], split at the last colon.
    internal static FileDirectory? FromText(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return new FileDirectory(text);
        }

        return int.TryParse(text.AsSpan(colon + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority)
            ? new FileDirectory(text[..colon], priority)
            : null;
    }
}
