namespace GlanceStore.Drivers.S3;

/// <summary>The CRC-32 of two stretches of bytes one after the other, from the CRC-32 of each.</summary>
/// <remarks>
/// Appending a stretch multiplies the first remainder by x^(8 n) modulo the polynomial, in GF(2). The bits are reflected, as in the
/// CRC-32 of Ethernet, gzip and S3: the highest bit of a word is the coefficient of x^0.
/// </remarks>
internal static class Crc32Combination
{
    private const uint Polynomial = 0xEDB88320;
    private const uint One = 0x80000000;

    public static uint Append(uint first, uint second, long secondLength) => Multiply(first, PowerOfX(8 * (UInt128)secondLength)) ^ second;

    private static uint PowerOfX(UInt128 exponent)
    {
        var (result, square) = (One, One >> 1);
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) == 1)
            {
                result = Multiply(result, square);
            }

            square = Multiply(square, square);
        }

        return result;
    }

    private static uint Multiply(uint a, uint b)
    {
        var product = 0u;
        for (var bit = One; bit > 0; bit >>= 1)
        {
            if ((a & bit) != 0)
            {
                product ^= b;
            }

            b = (b & 1) == 0 ? b >> 1 : (b >> 1) ^ Polynomial;
        }

        return product;
    }
}
