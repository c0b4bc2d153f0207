namespace GlanceStore;

/// <summary>A digest of a whole image, named as Python's <c>hashlib</c> names it: <c>md5</c>, <c>sha512</c>, <c>sha3_256</c>.</summary>
/// <remarks>
/// Any algorithm can be named here, so that a record made elsewhere can be kept; which ones can be computed is for
/// <see cref="StoreError.Unsupported"/> to say when one is asked for.
/// </remarks>
public sealed record Digest
{
    /// <summary>Makes a digest.</summary>
    /// <param name="algorithm">The algorithm's name in lower case: letters, digits and <c>_</c>.</param>
    /// <param name="hex">The value in hexadecimal; upper case is folded to lower case.</param>
    /// <exception cref="ArgumentException">The name or the value is not of that form, or the value has not the algorithm's length.</exception>
    public Digest(string algorithm, string hex)
    {
        ArgumentException.ThrowIfNullOrEmpty(algorithm);
        ArgumentException.ThrowIfNullOrEmpty(hex);
        if (Fault(algorithm, hex) is { } fault)
        {
            // Without the parameter's name, which would end up in the sentence that a person reads.
            throw new ArgumentException(fault);
        }

        Algorithm = algorithm;
        Hex = hex.ToLowerInvariant();
    }

    /// <summary>The algorithm's name.</summary>
    public string Algorithm { get; }

    /// <summary>The value in lower-case hexadecimal.</summary>
    public string Hex { get; }

    /// <summary>Reads <c>ALGORITHM:HEX</c>, as <see cref="ToString"/> writes it.</summary>
    /// <exception cref="FormatException">The text is not of that form.</exception>
    public static Digest Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || colon == text.Length - 1)
        {
            throw new FormatException($"'{text}' is not a digest; write ALGORITHM:HEX, such as sha512:9f86….");
        }

        try
        {
            return new Digest(text[..colon].ToLowerInvariant(), text[(colon + 1)..]);
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    /// <summary><c>ALGORITHM:HEX</c>.</summary>
    public override string ToString() => $"{Algorithm}:{Hex}";

    private static string? Fault(string algorithm, string hex)
    {
        if (!algorithm.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
        {
            return $"'{algorithm}' is not the name of a digest; names are such as 'md5' or 'sha512'.";
        }

        if (hex.Length % 2 != 0 || !hex.All(char.IsAsciiHexDigit))
        {
            return $"The {algorithm} digest is not written in hexadecimal.";
        }

        return LengthOf(algorithm) is { } length && hex.Length != length
            ? $"A digest of {algorithm} has {length} hexadecimal digits, and this one has {hex.Length}."
            : null;
    }

    // An algorithm that is not known here is taken at its word.
    private static int? LengthOf(string algorithm) => algorithm switch
    {
        "md5" => 32,
        "sha1" => 40,
        "sha256" or "sha3_256" => 64,
        "sha384" or "sha3_384" => 96,
        "sha512" or "sha3_512" => 128,
        _ => null,
    };
}
