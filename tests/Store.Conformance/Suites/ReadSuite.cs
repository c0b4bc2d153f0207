namespace GlanceStore.Conformance;

/// <summary>A read gives the whole image, and says what of it is verified.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class ReadSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(0, 1)]
    [DataRow(1, 0)]
    [DataRow(4, 33)]
    public async Task An_image_is_read_whole(int chunks, int more)
    {
        var image = await SeedImageAsync(Chunks(chunks, more));
        await using var stream = await Store.OpenReadAsync(LocationOf(image), null, Cancellation);
        Assert.AreEqual(image.Length, stream.Object.Size);
        AssertSame(image.Bytes, await ReadToEndAsync(stream));
        Assert.AreEqual(ReadVerification.None, stream.Verdict.Verification);
        Assert.IsFalse(string.IsNullOrWhiteSpace(stream.Verdict.Reason), "A stream says why nothing was verified.");
    }

    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(0, 1)]
    [DataRow(4, 33)]
    public async Task A_read_with_a_manifest_says_that_every_chunk_was_verified(int chunks, int more)
    {
        var image = await SeedImageAsync(Chunks(chunks, more));
        await using var stream = await Store.OpenReadAsync(LocationOf(image), Verified(image), Cancellation);
        AssertSame(image.Bytes, await ReadToEndAsync(stream));
        Assert.AreEqual(ReadVerification.Chunks, stream.Verdict.Verification);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task An_image_larger_than_the_memory_is_read_piece_by_piece(bool verified)
    {
        var image = await SeedImageAsync(Chunks(13, 5));
        await using var store = await NewStoreAsync(new FaultPlan(), budget: TightBudget);
        var options = verified ? Verified(image) : new ReadOptions { ExpectedDigests = [image.DigestOf("md5")] };
        AssertSame(image.Bytes, await ReadAsync(store, image, options));
    }

    [TestMethod]
    [DataRow("md5")]
    [DataRow("sha256")]
    [DataRow("sha512")]
    public async Task A_read_with_a_digest_says_that_the_image_was_verified(string algorithm)
    {
        var image = await SeedImageAsync(Chunks(2, 1));
        var options = new ReadOptions { ExpectedDigests = [image.DigestOf(algorithm)] };
        await using var stream = await Store.OpenReadAsync(LocationOf(image), options, Cancellation);
        Assert.AreEqual(ReadVerification.None, stream.Verdict.Verification, "Nothing was read yet.");
        AssertSame(image.Bytes, await ReadToEndAsync(stream));
        Assert.AreEqual(ReadVerification.Digest, stream.Verdict.Verification);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    public async Task A_read_with_a_wrong_digest_does_not_end_well(int chunks)
    {
        var image = await SeedImageAsync(Chunks(chunks));
        var options = new ReadOptions { ExpectedDigests = [NewImage(1).DigestOf("sha512")] };
        await using var stream = await Store.OpenReadAsync(LocationOf(image), options, Cancellation);
        var read = new byte[image.Length];
        await stream.ReadExactlyAsync(read, Cancellation);
        await AssertFailsAsync(StoreError.Corrupted, async () => _ = await stream.ReadAsync(new byte[1], Cancellation));
        AssertSame(image.Bytes, read);
        Assert.AreEqual(ReadVerification.None, stream.Verdict.Verification);
    }

    [TestMethod]
    public async Task A_read_of_an_image_that_is_not_there_is_NotFound()
    {
        var location = Store.LocationOf(NewId());
        var error = await AssertFailsAsync(StoreError.NotFound, () => Store.OpenReadAsync(location, null, Cancellation));
        Assert.AreEqual(location, error.Location);
    }

    [TestMethod]
    public async Task The_driver_says_NotFound_at_once()
    {
        var location = Driver.LocationOf(NewId());
        var error = await AssertFailsAsync(StoreError.NotFound,
            async () => await Driver.OpenReadAsync(location, new ReadIntent(), Cancellation));
        Assert.IsFalse(error.IsTransient, "What is not there will not be there at the next attempt.");
    }

    [TestMethod]
    public async Task The_drivers_reader_tells_the_size_and_ends_with_zero_again_and_again()
    {
        var image = await SeedImageAsync(Chunks(1, 100));
        await using var reader = await Driver.OpenReadAsync(Driver.LocationOf(image.Id), new ReadIntent(), Cancellation);
        Assert.AreEqual(image.Length, reader.Object.Size);
        var bytes = await DrainAsync(reader, 1000);
        AssertSame(image.Bytes, bytes);
        Assert.AreEqual(0, await reader.ReadAsync(new byte[10], Cancellation));
        await reader.DisposeAsync();
        await reader.DisposeAsync();
    }

    [TestMethod]
    public async Task A_reader_pinned_to_another_version_says_Changed()
    {
        var image = await SeedImageAsync(100);
        var location = Driver.LocationOf(image.Id);
        var found = await Driver.FindAsync(location, Cancellation);
        await using (await Driver.OpenReadAsync(location, new ReadIntent(VersionTag: found!.VersionTag), Cancellation))
        {
            Assert.IsNotNull(found, "The version it has opens.");
        }

        if (found.VersionTag is not null)
        {
            await AssertFailsAsync(StoreError.Changed,
                async () => await Driver.OpenReadAsync(location, new ReadIntent(VersionTag: "\"0000\""), Cancellation));
        }
    }

    private async Task<byte[]> DrainAsync(DriverReader reader, int bufferBytes)
    {
        using var all = new MemoryStream();
        var buffer = new byte[bufferBytes];
        while (await reader.ReadAsync(buffer, Cancellation) is > 0 and var count)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }
}
