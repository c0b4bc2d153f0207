using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace GlanceStore.Digests;

/// <summary>RSASSA-PSS with the longest salt that fits, which .NET's own does not verify: its salt is as long as the digest.</summary>
internal static class PssSignature
{
    // OpenSSL's limits: what a stranger's certificate can make this cost is bounded.
    private const int MaxModulusBytes = 16384 / 8;
    private const int SmallModulusBytes = 3072 / 8;
    private const int MaxExponentBytesOfLarge = 8;

    private const byte Trailer = 0xbc;

    /// <summary>Whether it is a signature of a digest by a key: RFC 8017, sections 8.1.2 and 9.1.2, with MGF1 of the same hash.</summary>
    public static bool IsOf(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, RSAParameters key, HashAlgorithmName hash)
    {
        var modulus = Number(key.Modulus);
        var exponent = Number(key.Exponent);
        var length = modulus.GetByteCount(isUnsigned: true);
        if (length > MaxModulusBytes || (length > SmallModulusBytes && exponent.GetByteCount(isUnsigned: true) > MaxExponentBytesOfLarge) || signature.Length != length)
        {
            return false;
        }

        var number = Number(signature);
        return number < modulus && IsEncoded(digest, BigInteger.ModPow(number, exponent, modulus), (int)modulus.GetBitLength() - 1, hash);
    }

    private static bool IsEncoded(ReadOnlySpan<byte> digest, BigInteger number, int bits, HashAlgorithmName hash)
    {
        var encoded = new byte[(bits + 7) / 8];
        var saltLength = encoded.Length - digest.Length - 2;
        var used = number.GetByteCount(isUnsigned: true);
        if (saltLength < 0 || used > encoded.Length)
        {
            return false;
        }

        number.TryWriteBytes(encoded.AsSpan(encoded.Length - used), out _, isUnsigned: true, isBigEndian: true);
        var masked = encoded.AsSpan(0, saltLength + 1);
        var expected = encoded.AsSpan(masked.Length, digest.Length);
        var unused = (byte)~(0xff >> ((8 * encoded.Length) - bits));
        if (encoded[^1] != Trailer || (masked[0] & unused) != 0)
        {
            return false;
        }

        Unmask(masked, expected, hash);
        masked[0] &= (byte)~unused;

        // The longest salt leaves no room for padding: the one that ends it is the first byte.
        return masked[0] == 1 && CryptographicOperations.HashData(hash, [.. new byte[8], .. digest, .. masked[1..]]).AsSpan().SequenceEqual(expected);
    }

    // MGF1: appendix B.2.1.
    private static void Unmask(Span<byte> masked, ReadOnlySpan<byte> seed, HashAlgorithmName hash)
    {
        var input = new byte[seed.Length + sizeof(int)];
        seed.CopyTo(input);
        for (var counter = 0; !masked.IsEmpty; counter++)
        {
            BinaryPrimitives.WriteInt32BigEndian(input.AsSpan(seed.Length), counter);
            var mask = CryptographicOperations.HashData(hash, input);
            var count = Math.Min(mask.Length, masked.Length);
            for (var i = 0; i < count; i++)
            {
                masked[i] ^= mask[i];
            }

            masked = masked[count..];
        }
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
