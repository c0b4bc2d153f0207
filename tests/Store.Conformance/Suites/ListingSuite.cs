using GlanceStore.Drivers;

namespace GlanceStore.Conformance;

/// <summary>
/// What a store tells it holds is what it holds: each image once, whatever the pages, and nothing that is none. A driver without the role
/// <see cref="IListing"/> is refused by the front.
/// </summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class ListingSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    // So many pages have no store of a few images: a listing that gets here never ends by itself.
    private const int MostPages = 100;

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(1000)]
    public Task Every_image_is_told_exactly_once_over_all_pages(int page) => WhereItLists(async () =>
    {
        var images = await SeedAsync(("a", 10), ("b", Chunks(1)), ("c", 0), ("d", Chunks(3, 7)), ("e", 1));
        AssertNames(images, await ListAsync(new ListingRequest(MaxImages: page)));
    });

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(1000)]
    public Task The_driver_tells_no_more_images_in_a_page_than_were_asked_for_and_each_once(int page) => WhereItLists(async () =>
    {
        var images = await SeedAsync(("a", 10), ("b", Chunks(2)), ("c", 20));
        var (told, pages) = (new List<ListedImage>(), 0);
        for (var request = new ListingRequest(MaxImages: page); ;)
        {
            var found = await Driver.GetFeature<IListing>()!.ListAsync(request, Cancellation);
            Assert.IsLessThanOrEqualTo(page, found.Images.Count);
            Assert.IsLessThan(MostPages, ++pages, "The listing does not end.");
            told.AddRange(found.Images);
            if (found.Continuation is null)
            {
                break;
            }

            request = request with { Continuation = found.Continuation };
        }

        AssertNames(images, told);
    });

    [TestMethod]
    [DataRow(1)]
    [DataRow(1000)]
    public Task Ids_that_begin_with_each_other_are_images_of_their_own(int page) => WhereItLists(async () =>
    {
        var images = await SeedAsync(("image", Chunks(2)), ("image-1", Chunks(2)), ("image-10", 1), ("image-00001", 2), ("image.1", 3), ("imag", 4), ("Image", 5));
        AssertNames(images, await ListAsync(new ListingRequest(MaxImages: page)));
    });

    [TestMethod]
    [DataRow(1)]
    [DataRow(1000)]
    public Task A_prefix_leaves_out_the_others_and_no_image_of_its_own(int page) => WhereItLists(async () =>
    {
        var images = await SeedAsync(("a-1", 1), ("b", 2), ("b-1", Chunks(2)), ("b-2", Chunks(1)), ("bb", 3), ("c-b-1", 4));
        AssertNames(images.Where(image => image.Id.Value.StartsWith('b')), await ListAsync(new ListingRequest("b", MaxImages: page)));
        AssertNames(images.Where(image => image.Id.Value.StartsWith("b-", StringComparison.Ordinal)), await ListAsync(new ListingRequest("b-", MaxImages: page)));
        AssertNames([], await ListAsync(new ListingRequest("b-3", MaxImages: page)));
    });

    [TestMethod]
    public Task An_image_is_listed_as_it_is_found() => WhereItLists(async () =>
    {
        await SeedAsync(("empty", 0), ("small", 1), ("chunk", Chunks(1)), ("large", Chunks(5, 7)));
        foreach (var listed in await ListAsync(new ListingRequest(MaxImages: 3)))
        {
            var found = await Store.FindAsync(Store.LocationOf(new ImageId(listed.Name)), Cancellation);
            Assert.IsNotNull(found, $"{listed.Name} is listed and not found.");
            Assert.AreEqual(found.Location, listed.Stored.Location);
            Assert.AreEqual(found.Size, listed.Stored.Size, $"The size of {listed.Name} differs.");
            Assert.AreEqual(found.VersionTag, listed.Stored.VersionTag ?? found.VersionTag, $"The version of {listed.Name} differs.");
        }
    });

    [TestMethod]
    public Task An_empty_store_tells_no_image() => WhereItLists(async () => AssertNames([], await ListAsync(new ListingRequest())));

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public Task Nothing_of_an_upload_is_among_the_images_before_its_commit(int chunks) => WhereItLists(() => WhereItWrites(async () =>
    {
        var images = await SeedAsync(("stored", Chunks(2)));
        var image = NewImage(Chunks(chunks + 1));
        await using (var writer = await Driver.OpenWriteAsync(image.Id, new WriteIntent(WriteMode.CreateNew, image.Length), Cancellation))
        {
            foreach (var chunk in image.Chunks(ChunkBytes, Capabilities.ChunkDigest).SkipLast(1))
            {
                await writer.WriteChunkAsync(chunk, Cancellation);
            }

            AssertNames(images, await ListAsync(new ListingRequest()), "The upload is no image yet.");
            AssertNames(images, await ListAsync(new ListingRequest(MaxImages: 1)), "The upload is no image yet.");
        }

        AssertNames(images, await ListAsync(new ListingRequest()), "The upload was abandoned.");
    }));

    [TestMethod]
    public Task What_was_deleted_is_not_told_and_what_was_replaced_once() => WhereItLists(() => WhereItDeletes(() => WhereItWrites(async () =>
    {
        var images = await SeedAsync(("gone", Chunks(3)), ("replaced", Chunks(3)), ("kept", 1));
        Assert.IsTrue(await Store.DeleteAsync(LocationOf(images[0]), cancellationToken: Cancellation));
        var second = NewImage(images[1].Id, Chunks(1, 1));
        await PutAsync(second, WriteMode.Replace);
        var listed = await ListAsync(new ListingRequest(MaxImages: 1));
        AssertNames([second, images[2]], listed);
        Assert.AreEqual(second.Length, listed.Single(image => image.Name == second.Id.Value).Stored.Size);
    })));

    private Task WhereItLists(Func<Task> body) => Where("listing images", Driver.GetFeature<IListing>() is not null, body, async store =>
    {
        await foreach (var _ in store.ListAsync(cancellationToken: Cancellation))
        {
        }
    });

    private async Task<IReadOnlyList<SampleImage>> SeedAsync(params (string Id, long Length)[] images)
    {
        var seeded = images.Select(image => NewImage(new ImageId(image.Id), image.Length)).ToArray();
        foreach (var image in seeded)
        {
            await Harness.SeedAsync(Store, image.Id, image.Bytes);
        }

        return seeded;
    }

    private async Task<IReadOnlyList<ListedImage>> ListAsync(ListingRequest request)
    {
        var (told, pages) = (new List<ListedImage>(), 0);
        await foreach (var page in Store.ListAsync(request, Cancellation))
        {
            told.AddRange(page.Images);
            Assert.IsLessThan(MostPages, ++pages, "The listing does not end.");
        }

        return told;
    }

    private static void AssertNames(IEnumerable<SampleImage> images, IEnumerable<ListedImage> listed, string? when = null) => Assert.AreEqual(
        string.Join(' ', images.Select(image => image.Id.Value).Order(StringComparer.Ordinal)),
        string.Join(' ', listed.Select(image => image.Name).Order(StringComparer.Ordinal)),
        $"Other images are told than are there. {when}");
}
