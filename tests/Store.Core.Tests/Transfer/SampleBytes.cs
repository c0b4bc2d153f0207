namespace GlanceStore.Core.Tests.Transfer;

/// <summary>The bytes of test images.</summary>
internal static class SampleBytes
{
    private const int Seed = 11;

    /// <summary>Random bytes, the same at every run.</summary>
    public static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(Seed).NextBytes(bytes);
        return bytes;
    }

    public static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }
}
