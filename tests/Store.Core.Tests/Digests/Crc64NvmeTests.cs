using System.Text;
using GlanceStore.Digests;

namespace GlanceStore.Core.Tests.Digests;

[TestClass]
public sealed class Crc64NvmeTests
{
    // The check value of the catalogue of CRC algorithms, and the examples of the NVM Command Set Specification: 4 KiB of one byte.
    [TestMethod]
    public void It_has_the_check_value_of_its_standard()
    {
        Assert.AreEqual(0xAE8B14860A799888UL, Crc64Nvme.Hash(Encoding.ASCII.GetBytes("123456789")));
        Assert.AreEqual(0x6482D367EB22B64EUL, Crc64Nvme.Hash(new byte[4096]));
        Assert.AreEqual(0xC0DDBA7302ECA3ACUL, Crc64Nvme.Hash(Enumerable.Repeat((byte)0xFF, 4096).ToArray()));
        Assert.AreEqual(0UL, Crc64Nvme.Hash([]));
    }

    [TestMethod]
    public void The_processors_way_and_the_tables_agree_at_every_length()
    {
        var bytes = new byte[1100];
        new Random(64).NextBytes(bytes);
        for (var length = 0; length <= bytes.Length; length++)
        {
            Assert.AreEqual(Crc64Nvme.HashByTables(bytes.AsSpan(0, length)), Crc64Nvme.Hash(bytes.AsSpan(0, length)), $"{length} bytes");
        }
    }

    [TestMethod]
    public void A_chunk_has_it_with_the_highest_byte_first() =>
        Assert.AreEqual("ae8b14860a799888", Convert.ToHexStringLower(ChunkCheck.Of("crc64nvme", Encoding.ASCII.GetBytes("123456789"))));
}
