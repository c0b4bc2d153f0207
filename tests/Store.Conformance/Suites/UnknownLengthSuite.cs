namespace GlanceStore.Conformance;

/// <summary>A source need not tell how long it is.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class UnknownLengthSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(0, 1)]
    [DataRow(1, 0)]
    [DataRow(1, 1)]
    [DataRow(5, 0)]
    [DataRow(5, 77)]
    public Task An_image_of_unknown_length_is_stored_whole(int chunks, int more) => WhereItNeedsNoSize(async () =>
    {
        var image = NewImage(Chunks(chunks, more));
        var receipt = await Store.PutAsync(image.Id, image.OpenSource(), null, Cancellation);
        Assert.AreEqual(image.Length, receipt.Size);
        Assert.AreEqual(image.DigestOf("sha512"), receipt.MultiHash);
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    public Task A_source_of_unknown_length_that_fails_leaves_nothing_behind() => WhereItNeedsNoSize(async () =>
    {
        var image = NewImage(Chunks(6));
        var source = new SyntheticStream(image.Content, image.Length) { FailAt = Chunks(3, 7) };
        var failure = await Assert.ThrowsExactlyAsync<InvalidDataException>(
            () => Store.PutAsync(image.Id, source, null, Cancellation));
        Assert.AreSame(source.Failure, failure, "What the source throws passes through unchanged.");
        await AssertAbsentAsync(image);
        await AssertNothingLeftAsync();
    });

    [TestMethod]
    public Task A_size_cap_holds_for_a_source_of_unknown_length() => WhereItNeedsNoSize(async () =>
    {
        var image = NewImage(Chunks(4));
        var options = new PutOptions { MaxSize = Chunks(2, 3) };
        await AssertFailsAsync(StoreError.TooLarge, () => Store.PutAsync(image.Id, image.OpenSource(), options, Cancellation));
        await AssertNothingLeftAsync();
    });
}
