using System.Security.Cryptography;

namespace GlanceStore.Conformance;

/// <summary>The digests of a receipt are right, and a digest that was expected is a condition.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class DigestSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    [DataRow("md5")]
    [DataRow("sha1")]
    [DataRow("sha256")]
    [DataRow("sha384")]
    [DataRow("sha512")]
    public Task The_multihash_is_of_the_algorithm_asked_for(string algorithm) => WhereItWrites(() => AssertComputesAsync(algorithm));

    [TestMethod]
    [DataRow("sha3_256")]
    [DataRow("sha3_384")]
    [DataRow("sha3_512")]
    public Task Sha3_is_computed_where_the_platform_has_it(string algorithm) => WhereItWrites(() =>
        SHA3_512.IsSupported ? AssertComputesAsync(algorithm) : AssertUnknownAsync(algorithm));

    [TestMethod]
    public Task An_unknown_algorithm_is_refused_before_the_backend_is_touched() => WhereItWrites(() => AssertUnknownAsync("blake9"));

    [TestMethod]
    public Task The_md5_is_left_out_where_it_is_declined() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(2, 1));
        var options = Putting(image) with { ComputeMd5 = false };
        var receipt = await Store.PutAsync(image.Id, image.OpenSource(), options, Cancellation);
        Assert.IsNull(receipt.Checksum);
        Assert.AreEqual(image.DigestOf("sha512"), receipt.MultiHash);
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    [DataRow(0, "md5")]
    [DataRow(1, "sha256")]
    [DataRow(3, "sha512")]
    public Task An_image_of_the_expected_digest_is_stored(int chunks, string algorithm) => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(chunks));
        var options = Putting(image) with { ExpectedDigests = [image.DigestOf(algorithm), image.DigestOf("md5")] };
        await Store.PutAsync(image.Id, image.OpenSource(), options, Cancellation);
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    [DataRow(0, "md5")]
    [DataRow(1, "sha256")]
    [DataRow(3, "sha512")]
    public Task An_image_of_another_digest_is_Corrupted_and_leaves_nothing_behind(int chunks, string algorithm) => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(chunks));
        var options = Putting(image) with { ExpectedDigests = [NewImage(1).DigestOf(algorithm)] };
        await AssertFailsAsync(StoreError.Corrupted, () => Store.PutAsync(image.Id, image.OpenSource(), options, Cancellation));
        await AssertAbsentAsync(image);
        await AssertNothingLeftAsync();
    });

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public Task A_replacement_of_another_digest_leaves_the_old_image(int chunks) => WhereItWrites(async () =>
    {
        var old = NewImage(Chunks(2, 1));
        await PutAsync(old);
        var image = NewImage(old.Id, Chunks(chunks));
        var options = Putting(image, WriteMode.Replace) with { ExpectedDigests = [old.DigestOf("sha512")] };
        await AssertFailsAsync(StoreError.Corrupted, () => Store.PutAsync(image.Id, image.OpenSource(), options, Cancellation));
        await AssertOnlyStoredAsync(old);
    });

    private async Task AssertComputesAsync(string algorithm)
    {
        var image = NewImage(Chunks(2, 3));
        var options = Putting(image) with { HashAlgorithm = algorithm };
        var receipt = await Store.PutAsync(image.Id, image.OpenSource(), options, Cancellation);
        Assert.AreEqual(image.DigestOf(algorithm), receipt.MultiHash);
        Assert.AreEqual(image.DigestOf("md5"), receipt.Checksum);
    }

    private async Task AssertUnknownAsync(string algorithm)
    {
        var plan = new FaultPlan();
        await using var store = await NewStoreAsync(plan);
        var image = NewImage(100);
        var options = Putting(image) with { HashAlgorithm = algorithm };
        await AssertFailsAsync(StoreError.Unsupported, () => store.PutAsync(image.Id, image.OpenSource(), options, Cancellation));
        Assert.IsEmpty(plan.Calls);
    }
}
