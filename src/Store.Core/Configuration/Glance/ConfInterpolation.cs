using System.Text.RegularExpressions;

namespace GlanceStore;

/// <summary>Puts the values of other options in place of <c>$name</c>, <c>${name}</c> and <c>$section.name</c>.</summary>
/// <remarks><c>$$</c> and <c>\$</c> are a dollar sign, and so is one that no name follows.</remarks>
/// <param name="text">The options as they are written.</param>
/// <param name="defaultOf">The default of an option that no file sets; null where it has none.</param>
/// <param name="mistakes">What cannot be put in place is noted here.</param>
internal sealed partial class ConfInterpolation(ConfText text, Func<string, string?> defaultOf, List<string> mistakes)
{
    private readonly HashSet<ConfValue> _open = [];

    /// <summary>The text with everything put in place; null, and a mistake, where something cannot be.</summary>
    public string? Expand(ConfValue value)
    {
        if (!value.Text.Contains('$', StringComparison.Ordinal))
        {
            return value.Text;
        }

        if (!_open.Add(value))
        {
            mistakes.Add($"The option {value} refers to itself.");
            return null;
        }

        var known = true;
        var written = value.Text.Replace(@"\$", "$$", StringComparison.Ordinal);
        var expanded = Reference().Replace(written, match => Replacement(match, value, ref known));
        _open.Remove(value);
        return known ? expanded : null;
    }

    private string Replacement(Match match, ConfValue from, ref bool known)
    {
        if (!match.Groups["name"].Success)
        {
            return "$";
        }

        var name = match.Groups["name"].Value;
        var value = Find(from.Section, name);
        var result = value is null ? defaultOf(name) : Expand(value);
        if (value is null && result is null)
        {
            // Not by its name, which may be the rest of a password.
            mistakes.Add($"The option {from} refers by a '$' to an option that is not set; a dollar sign is written '$$'.");
        }

        known &= result is not null;
        return result ?? "";
    }

    // As oslo.config looks: SECTION.NAME, or a name of the value's own section, or else one of [DEFAULT].
    private ConfValue? Find(string section, string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var near = dot < 0 ? text.Find(section, name) : text.Find(name[..dot], name[(dot + 1)..]);
        return near ?? text.Find(ConfText.Defaults, name);
    }

    [GeneratedRegex(
        @"\$(?:\$|(?<name>[_a-z][._a-z0-9]*)|\{(?<name>[_a-z][._a-z0-9]*)\})?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
