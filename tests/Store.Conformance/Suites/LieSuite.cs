namespace GlanceStore.Conformance;

/// <summary>
/// What is wrong in an answer is not believed: a part is not taken for the whole, other bytes not for those that were asked for, and where
/// bytes end is looked at. Of backends that are spoken to by HTTP; of others the driver's own word is checked.
/// </summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class LieSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    /// <summary>All there are.</summary>
    public static IEnumerable<object[]> Lies => Enum.GetValues<Lie>().Select(lie => new object[] { lie });

    [TestMethod]
    [DynamicData(nameof(Lies))]
    public Task An_answer_that_is_wrong_never_gives_a_wrong_image_with_a_good_end(Lie lie) => BehindAsync(lie, async (store, image) =>
    {
        await AssertRightOrRefusedAsync(image.Bytes, () => ReadBehindAsync(store, image, lie), lie);
        await AssertRightOrRefusedAsync(image.Bytes, () => ReadBehindAsync(store, image, lie, Verified(image)), lie);
    });

    [TestMethod]
    [DynamicData(nameof(Lies))]
    public Task An_answer_that_is_wrong_never_gives_a_wrong_range_with_a_good_end(Lie lie) => WhereItReadsRanges(() => BehindAsync(lie, async (store, image) =>
    {
        foreach (var (offset, length) in new[] { (0, 100), (ChunkBytes - 1, 1000), ((int)image.Length - 7, 7) })
        {
            var options = new ReadOptions { Range = new ByteRange(offset, length) };
            await AssertRightOrRefusedAsync(image.Bytes[offset..(offset + length)], () => ReadBehindAsync(store, image, lie, options), lie);
        }
    }));

    [TestMethod]
    [DataRow(Lie.BodyCutShort)]
    [DataRow(Lie.BodyThatGoesOn)]
    [DataRow(Lie.Encoded)]
    public Task A_body_that_is_not_what_it_is_announced_to_be_is_an_error(Lie lie) => BehindAsync(lie, async (store, image) =>
    {
        Assert.IsNotNull(await ErrorOfAsync(() => ReadBehindAsync(store, image, lie)), $"The image was read, and its body was a lie: {lie}.");
    }, mustLie: true);

    [TestMethod]
    public Task The_size_is_that_of_the_whole_whatever_range_was_read_first() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(3, 5));
        foreach (var (offset, length) in new[] { (0L, 1L), (0, ChunkBytes), (Chunks(1), ChunkBytes), (image.Length - 1, 1) })
        {
            await using var store = await NewStoreAsync(new FaultPlan());
            await using var stream = await store.OpenReadAsync(LocationOf(image), new ReadOptions { Range = new ByteRange(offset, length) }, Cancellation);
            Assert.AreEqual(image.Length, stream.Object.Size, $"Range {offset}, {length} bytes.");
            Assert.AreEqual(length, (await ReadToEndAsync(stream)).Length);
        }
    });

    [TestMethod]
    public Task The_driver_ends_a_range_where_it_ends_and_not_sooner_or_later() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(2, 3));
        foreach (var (offset, length) in new[] { (0L, 1L), (1, ChunkBytes), (Chunks(1), Chunks(1, 3)), (Chunks(2), 3) })
        {
            await using var reader = await Driver.OpenReadAsync(Driver.LocationOf(image.Id), new ReadIntent(new ByteRange(offset, length)), Cancellation);
            var bytes = new byte[length + 1];
            var count = 0;
            while (await reader.ReadAsync(bytes.AsMemory(count), Cancellation) is > 0 and var more)
            {
                count += more;
                Assert.IsLessThanOrEqualTo(length, count, "More came than was asked for.");
            }

            AssertSame(image.Bytes.AsMemory((int)offset, (int)length), bytes.AsMemory(0, count));
        }
    });

    // Where nothing stands between the driver and its backend that could lie, there is nothing to see.
    private async Task BehindAsync(Lie lie, Func<ImageStore, SampleImage, Task> body, bool mustLie = false)
    {
        var image = await SeedImageAsync(Chunks(2, 77));
        if (Harness.HttpEndpoint is not { } endpoint)
        {
            NotOffered = "answers over HTTP that something could bend";
            return;
        }

        await using var proxy = new LyingProxy(endpoint, image, lie);
        await using var store = NewStore(await Harness.CreateDriverAsync(proxy.Address), Options with { MaxAttempts = 2 }, TightBudget);
        await body(store, image);
        Assert.IsTrue(!mustLie || proxy.Lies > 0, $"No answer could be bent to {lie}: nothing was asked of the proxy.");
        var found = await ErrorOfAsync(async () => Assert.AreEqual(image.Length, (await store.FindAsync(store.LocationOf(image.Id), Cancellation))?.Size));
        Assert.IsTrue(found is null || proxy.Lies > 0, found?.Message);
    }

    // A location may name the address that its driver asks.
    private async Task<byte[]> ReadBehindAsync(ImageStore store, SampleImage image, Lie lie, ReadOptions? options = null)
    {
        await using var stream = await store.OpenReadAsync(store.LocationOf(image.Id), options, Cancellation);
        Assert.AreEqual(image.Length, stream.Object.Size, $"The size of something else was taken for the image's; the answers were {lie}.");
        return await ReadToEndAsync(stream);
    }

    private static async Task AssertRightOrRefusedAsync(byte[] expected, Func<Task<byte[]>> read, Lie lie)
    {
        byte[]? bytes = null;
        var error = await ErrorOfAsync(async () => bytes = await read());
        if (error is null)
        {
            AssertSame(expected, bytes!, $"The answers were {lie}.");
        }
    }
}
