namespace GlanceStore.Abstractions.Tests;

[TestClass]
public sealed class ValueTests
{
    [TestMethod]
    [DataRow(0L, 10L, 100L, 0L, 10L)]
    [DataRow(90L, 100L, 100L, 90L, 10L)]
    [DataRow(99L, null, 100L, 99L, 1L)]
    [DataRow(0L, long.MaxValue, 1L, 0L, 1L)]
    public void A_range_is_cut_to_the_image(long offset, long? length, long size, long expectedOffset, long expectedLength) =>
        Assert.AreEqual(new ByteRange(expectedOffset, expectedLength), new ByteRange(offset, length).Within(size));

    [TestMethod]
    [DataRow(100L, 100L)]
    [DataRow(0L, 0L)]
    public void A_range_beyond_the_end_is_invalid(long offset, long size)
    {
        var e = Assert.ThrowsExactly<StoreException>(() => new ByteRange(offset).Within(size));
        Assert.AreEqual(StoreError.InvalidRange, e.Error);
    }

    [TestMethod]
    public void A_range_is_checked_when_it_is_made()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ByteRange(-1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ByteRange(0, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ByteRange(1, long.MaxValue));
    }

    [TestMethod]
    public void A_range_is_written_as_HTTP_writes_it() => Assert.AreEqual("5-9 5-", $"{new ByteRange(5, 5)} {new ByteRange(5)}");

    [TestMethod]
    public void A_digest_is_read_as_it_is_written()
    {
        var hex = string.Concat(Enumerable.Repeat("ABcd", 16));
        var digest = new Digest("sha3_256", hex);
        Assert.AreEqual($"sha3_256:{hex.ToLowerInvariant()}", digest.ToString());
        Assert.AreEqual(digest, Digest.Parse($"SHA3_256:{hex.ToUpperInvariant()}"));
    }

    [TestMethod]
    [DataRow("md5")]
    [DataRow("md5:")]
    [DataRow(":00")]
    [DataRow("md5:0")]
    [DataRow("md5:zz")]
    [DataRow("m d:00")]
    public void A_text_that_is_no_digest_is_refused(string text) => Assert.ThrowsExactly<FormatException>(() => Digest.Parse(text));

    [TestMethod]
    [DataRow("md5", 32)]
    [DataRow("sha1", 40)]
    [DataRow("sha256", 64)]
    [DataRow("sha384", 96)]
    [DataRow("sha512", 128)]
    [DataRow("sha3_256", 64)]
    [DataRow("sha3_384", 96)]
    [DataRow("sha3_512", 128)]
    public void A_digest_has_the_length_of_its_algorithm(string algorithm, int length)
    {
        Assert.AreEqual(length, new Digest(algorithm, new string('a', length)).Hex.Length);
        Assert.ThrowsExactly<ArgumentException>(() => new Digest(algorithm, new string('a', length - 2)));
        Assert.ThrowsExactly<ArgumentException>(() => new Digest(algorithm, new string('a', length + 2)));
    }

    [TestMethod]
    public void A_digest_of_an_algorithm_that_is_not_known_here_is_taken_at_its_word() =>
        Assert.AreEqual("blake2b:00", new Digest("blake2b", "00").ToString());

    [TestMethod]
    public void An_error_keeps_the_first_note_of_where_it_happened()
    {
        var inner = new ImageLocation("memory://a/1", null);
        var e = new StoreException(StoreError.Unavailable, "It failed.").AfterAttempts(3).During("put", "fast", inner).During("copy", "slow", null);
        Assert.AreEqual(("put", "fast", inner), (e.Operation, e.StoreId, e.Location));
        Assert.AreEqual("It failed. (after 3 attempts)", e.Message);
    }
}
