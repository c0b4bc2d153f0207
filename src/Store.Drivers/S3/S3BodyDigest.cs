using System.Buffers.Binary;

namespace GlanceStore.Drivers.S3;

/// <summary>How the digest the front computed of a body travels, so that the server checks it.</summary>
internal readonly record struct S3BodyDigest
{
    // RFC-less but universal: the literal that says "the signature does not cover the body".
    private const string Unsigned = "UNSIGNED-PAYLOAD";

    private S3BodyDigest(string contentSha256) => ContentSha256 = contentSha256;

    /// <summary><c>x-amz-content-sha256</c>.</summary>
    public string ContentSha256 { get; }

    /// <summary><c>Content-MD5</c>; null for another digest.</summary>
    public string? Md5 { get; private init; }

    /// <summary><c>x-amz-checksum-crc32</c>; null for another digest.</summary>
    public string? Crc32 { get; private init; }

    /// <summary>hashlib's name of the digest the front computes of each chunk.</summary>
    public static string NameOf(S3Integrity integrity) => integrity switch
    {
        S3Integrity.Md5 => "md5",
        S3Integrity.Crc32 => "crc32",
        _ => "sha256",
    };

    public static S3BodyDigest Of(Chunk chunk, S3Integrity integrity) => integrity switch
    {
        S3Integrity.Md5 => new S3BodyDigest(Unsigned) { Md5 = Convert.ToBase64String(chunk.Digest.Span) },
        S3Integrity.Crc32 => new S3BodyDigest(Unsigned) { Crc32 = Convert.ToBase64String(chunk.Digest.Span) },
        _ => new S3BodyDigest(Convert.ToHexStringLower(chunk.Digest.Span)),
    };

    /// <summary>The CRC-32 of all parts one after the other, as <c>x-amz-checksum-crc32</c> writes it.</summary>
    public static string Combine(IEnumerable<S3Part> parts)
    {
        var whole = parts.Aggregate(0u, (crc, part) => Crc32Combination.Append(crc, ValueOf(part.Crc32!), part.Length));
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, whole);
        return Convert.ToBase64String(bytes);
    }

    private static uint ValueOf(string base64) => BinaryPrimitives.ReadUInt32BigEndian(Convert.FromBase64String(base64));
}

/// <summary>A part the server has: what completing the upload must repeat.</summary>
internal sealed record S3Part(int Number, long Length, string ETag, string? Crc32)
{
    /// <summary>When it was written, as the server lists it.</summary>
    public DateTimeOffset? LastModified { get; init; }
}
