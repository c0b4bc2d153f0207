using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace GlanceStore;

/// <summary>The name of an image: what becomes the object's name in every backend, usually a UUID.</summary>
/// <remarks>
/// 1 to 255 of the unreserved characters of RFC 3986 (ASCII letters, digits, <c>-</c>, <c>.</c>, <c>_</c>, <c>~</c>), the first
/// a letter or a digit. That is what every backend and every location URI takes as it is, with nothing to encode and nothing
/// that could leave a directory, a bucket or a container.
/// </remarks>
public readonly record struct ImageId : IParsable<ImageId>
{
    /// <summary>The longest id, in characters: the longest file name of common file systems.</summary>
    public const int MaxLength = 255;

    private static readonly SearchValues<char> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    private readonly string? _value;

    /// <summary>Makes an id of <paramref name="value"/>.</summary>
    /// <exception cref="ArgumentException">The value is not an image id; the message says why.</exception>
    public ImageId(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (Fault(value) is { } fault)
        {
            throw new ArgumentException($"'{Shown(value)}' is not an image id: {fault}.", nameof(value));
        }

        _value = value;
    }

    /// <summary>The id as text.</summary>
    /// <exception cref="InvalidOperationException">This is <c>default(ImageId)</c>, which names nothing.</exception>
    public string Value => _value ?? throw new InvalidOperationException("An image id was never set.");

    /// <summary>A new random id: a version 4 UUID in its canonical lower-case form, as glance makes them.</summary>
    public static ImageId New() => new(Guid.NewGuid().ToString("D"));

    /// <summary>Makes an id of <paramref name="s"/>.</summary>
    /// <exception cref="FormatException">The text is not an image id; the message says why.</exception>
    public static ImageId Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Fault(s) is { } fault ? throw new FormatException($"'{Shown(s)}' is not an image id: {fault}.") : new ImageId(s);
    }

    /// <summary>Makes an id of <paramref name="s"/>, or tells that it is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ImageId result)
    {
        var valid = s is not null && Fault(s) is null;
        result = valid ? new ImageId(s!) : default;
        return valid;
    }

    /// <inheritdoc cref="TryParse(string?, IFormatProvider?, out ImageId)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, out ImageId result) => TryParse(s, null, out result);

    /// <summary>The id as text.</summary>
    public override string ToString() => _value ?? "";

    private static string? Fault(string value)
    {
        if (value.Length is 0 or > MaxLength)
        {
            return $"an id has 1 to {MaxLength} characters and this one has {value.Length}";
        }

        if (!char.IsAsciiLetterOrDigit(value[0]))
        {
            return "an id begins with a letter or a digit";
        }

        var odd = value.AsSpan().IndexOfAnyExcept(Unreserved);
        return odd < 0 ? null : $"the character at position {odd + 1} is none of the letters, digits and '-._~' that an id is made of";
    }

    // A refused id ends up in a log line or on a terminal: no control characters, and not without end.
    private static string Shown(string value)
    {
        var head = value.Length > 64 ? string.Concat(value.AsSpan(0, 64), "…") : value;
        return string.Concat(head.Select(c => char.IsControl(c) ? '\uFFFD' : c));
    }
}
