using System.IO.Hashing;

namespace GlanceStore.Drivers.S3;

[TestClass]
public sealed class Crc32CombinationTests
{
    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(0, 9)]
    [DataRow(9, 0)]
    [DataRow(1, 1)]
    [DataRow(1000, 77)]
    [DataRow(65536, 65537)]
    public void The_sum_of_two_parts_is_the_sum_of_the_whole(int first, int second)
    {
        var bytes = new byte[first + second];
        new Random(first + second).NextBytes(bytes);
        var combined = Crc32Combination.Append(
            Crc32.HashToUInt32(bytes.AsSpan(0, first)), Crc32.HashToUInt32(bytes.AsSpan(first)), second);
        Assert.AreEqual(Crc32.HashToUInt32(bytes), combined);
    }
}
