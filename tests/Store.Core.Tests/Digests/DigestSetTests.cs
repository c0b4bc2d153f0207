using System.Security.Cryptography;
using GlanceStore.Digests;
using GlanceStore.Transfer;

namespace GlanceStore.Core.Tests.Digests;

[TestClass]
public sealed class DigestSetTests
{
    // FIPS 180-4, FIPS 202 and RFC 1321: the digests of "abc".
    [TestMethod]
    [DataRow("md5", "900150983cd24fb0d6963f7d28e17f72")]
    [DataRow("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d")]
    [DataRow("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [DataRow("sha384", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7")]
    [DataRow("sha512", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")]
    [DataRow("sha3_256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532")]
    public async Task Digests_have_the_values_of_their_standards(string algorithm, string expected)
    {
        if (algorithm.StartsWith("sha3", StringComparison.Ordinal) && !System.Security.Cryptography.SHA3_256.IsSupported)
        {
            Assert.ThrowsExactly<StoreException>(() => new DigestSet([algorithm]));
            return;
        }

        await using var set = new DigestSet([algorithm]);
        await AppendAsync(set, "a"u8.ToArray());
        await AppendAsync(set, "bc"u8.ToArray());
        Assert.AreEqual(new Digest(algorithm, expected), (await set.CompleteAsync())[0]);
    }

    [TestMethod]
    [DataRow("md4")]
    [DataRow("SHA512")]
    [DataRow("blake2b")]
    public void An_unknown_digest_is_unsupported_and_the_known_ones_are_listed(string algorithm)
    {
        var e = Assert.ThrowsExactly<StoreException>(() => new DigestSet(["md5", algorithm]));
        Assert.AreEqual(StoreError.Unsupported, e.Error);
        Assert.Contains("sha512", e.Message);
    }

    [TestMethod]
    public async Task An_algorithm_named_twice_is_computed_once()
    {
        await using var set = new DigestSet(["md5", "md5"]);
        Assert.HasCount(1, await set.CompleteAsync());
    }

    [TestMethod]
    [DataRow(64, 0)]
    [DataRow(64, 1)]
    [DataRow(64, 55)]
    [DataRow(64, 56)]
    [DataRow(64, 63)]
    [DataRow(64, 64)]
    [DataRow(4096, 4095)]
    [DataRow(1 << 20, 77)]
    [DataRow(9 << 20, 123_456)] // of more than one slice
    [DataRow(65, 1)]
    public async Task The_digests_of_an_image_and_of_each_of_its_chunks_come_in_one_pass(int chunkBytes, int lastBytes)
    {
        var image = new byte[(2 * chunkBytes) + lastBytes];
        new Random(chunkBytes).NextBytes(image);
        await using var set = new DigestSet(["md5", "sha512"], ["md5", "sha256"]);
        foreach (var chunk in image.Chunk(chunkBytes))
        {
            var own = await AppendAsync(set, chunk);
            Assert.AreSequenceEqual(MD5.HashData(chunk), await own["md5"]);
            Assert.AreSequenceEqual(SHA256.HashData(chunk), await own["sha256"]);
        }

        Assert.AreEqual(Convert.ToHexStringLower(MD5.HashData(image)), (await set.CompleteAsync())[0].Hex);
    }

    [TestMethod]
    public void An_unknown_digest_of_chunks_is_unsupported()
    {
        var e = Assert.ThrowsExactly<StoreException>(() => new DigestSet(["md5"], ["md4"]));
        Assert.AreEqual(StoreError.Unsupported, e.Error);
    }

    private static async Task<IReadOnlyDictionary<string, Task<byte[]>>> AppendAsync(DigestSet set, byte[] bytes)
    {
        var budget = new TransferBudget();
        var buffer = await budget.RentAsync(bytes.Length, BufferUse.Write, default);
        bytes.CopyTo(buffer.Memory);
        var own = set.Append(buffer, bytes.Length);
        buffer.Release();
        await set.FlushAsync();
        Assert.AreEqual(0, budget.UsedBytes, "the buffer is free once it is digested");
        return own;
    }
}
