namespace GlanceStore.Cache.Files;

/// <summary>The name of an entry's directory, which says what it is of: <c>sha512-HEX</c>, <c>sha512-HEX.raw</c>, and with a further part while it is not whole.</summary>
/// <remarks>
/// Only what has the digest is found by the digest alone. What is verified by a receipt's chunks so far is kept by these chunks, so that a receipt that lies
/// spoils nothing for the readers of another one.
/// </remarks>
internal sealed record EntryName(Digest Digest, string? Format, string? Part)
{
    /// <summary>The only format that images are converted to.</summary>
    public const string Raw = "raw";

    private const string Unknown = "arriving";
    private const string Foreign = "adopted";
    private const int FingerprintDigits = 32;

    /// <summary>The name of an entry whose chunks become known while it arrives.</summary>
    public EntryName Arriving => this with { Part = Unknown };

    /// <summary>The name of an entry that comes from elsewhere, until it is compared.</summary>
    public EntryName Adopting => this with { Part = Foreign };

    public EntryName Whole => this with { Part = null };

    public bool IsWhole => Part is null;

    /// <summary>The name of an entry that is verified by these chunks.</summary>
    public EntryName Of(ChunkManifest chunks) => this with { Part = ChunksFile.FingerprintOf(chunks)[..FingerprintDigits] };

    /// <summary>Reads a name; null where it is not one of these.</summary>
    public static EntryName? Parse(string text)
    {
        var parts = text.Split('.');
        var address = parts[0].Split('-');
        var format = parts.Length > 1 && parts[1] == Raw ? Raw : null;
        var rest = parts[(format is null ? 1 : 2)..];
        if (address.Length != 2 || !CacheSource.IsAddress(address[0]) || rest.Length > 1 || (rest is [var part] && !IsPart(part)))
        {
            return null;
        }

        try
        {
            var name = new EntryName(new Digest(address[0], address[1]), format, rest.FirstOrDefault());
            return name.ToString() == text ? name : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    public override string ToString() =>
        $"{Digest.Algorithm}-{Digest.Hex}{(Format is null ? "" : $".{Format}")}{(Part is null ? "" : $".{Part}")}";

    private static bool IsPart(string part) => part is Unknown or Foreign || (part.Length == FingerprintDigits && part.All(char.IsAsciiHexDigitLower));
}
