using GlanceStore.Conformance;

namespace GlanceStore.Drivers.S3.Scripted;

[TestClass]
public sealed class S3ListingTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task A_listing_goes_through_all_pages_and_tells_each_image_once()
    {
        await using var server = new ScriptedS3();
        for (var i = 0; i < 25; i++)
        {
            server.Store($"image-{i:00}", new byte[i]);
        }

        await using var driver = new S3Driver(server.Options);
        var pages = await ListAsync(driver, new ListingRequest("image-", null, 10));
        Assert.HasCount(3, pages);
        var images = pages.SelectMany(page => page.Images).ToArray();
        Assert.AreEqual(25, images.Select(image => image.Name).Distinct().Count());
        Assert.AreEqual(300, images.Sum(image => image.Stored.Size));
    }

    [TestMethod]
    public async Task What_others_keep_in_the_bucket_is_no_image_of_the_store()
    {
        await using var server = new ScriptedS3();
        foreach (var key in (string[])["a", "images/b", "images/c d", "images/backups/e", "images/", "images/f\u0001", "imagesg", "images/~h"])
        {
            server.Store(key, [1]);
        }

        await using var driver = new S3Driver(server.Options with { Prefix = "images/" });
        await driver.OpenWriteAsync(new ImageId("under-way"), new WriteIntent(WriteMode.Replace, null), TestContext.CancellationToken);
        await using var other = new S3Driver(server.Options with { Prefix = "images/backups/" });
        await other.OpenWriteAsync(new ImageId("others"), new WriteIntent(WriteMode.Replace, null), TestContext.CancellationToken);
        var page = (await ListAsync(driver, new ListingRequest())).Single();
        Assert.AreEqual("b,~h", string.Join(',', page.Images.Select(image => image.Name).Order(StringComparer.Ordinal)));
        Assert.StartsWith("images/under-way", page.Unfinished.Single().Name);
        Assert.AreEqual("b", (await ListAsync(driver, new ListingRequest("b"))).Single().Images.Single().Name);
    }

    [TestMethod]
    [DataRow(403, "AccessDenied")]
    [DataRow(501, "NotImplemented")]
    public async Task A_key_that_may_not_list_uploads_lists_the_images(int status, string code)
    {
        await using var server = new ScriptedS3();
        server.Store("a", [1]);
        server.Script = request => request.Operation == "ListUploads" ? ScriptedAnswer.Error(status, code) : null;
        await using var driver = new S3Driver(server.Options);
        Assert.AreEqual("a", (await ListAsync(driver, new ListingRequest())).Single().Images.Single().Name);
    }

    [TestMethod]
    public async Task A_size_that_a_listing_leaves_out_is_looked_for_and_not_taken_for_none()
    {
        await using var server = new ScriptedS3();
        server.Store("a", new byte[7]);
        server.Script = request => request.Operation == "ListObjects"
            ? ScriptedAnswer.Xml(200, "<ListBucketResult><Contents><Key>a</Key></Contents><Contents><Key>gone</Key></Contents><IsTruncated>false</IsTruncated></ListBucketResult>")
            : null;
        await using var driver = new S3Driver(server.Options);
        var image = (await ListAsync(driver, new ListingRequest())).Single().Images.Single();
        Assert.AreEqual(("a", 7L), (image.Name, image.Stored.Size));
    }

    [TestMethod]
    public async Task A_listing_that_ends_in_the_middle_without_a_way_to_go_on_is_not_taken_for_all()
    {
        await using var server = new ScriptedS3();
        server.Script = request => request.Operation == "ListObjects"
            ? ScriptedAnswer.Xml(200, "<ListBucketResult><Contents><Key>a</Key><Size>1</Size></Contents><IsTruncated>true</IsTruncated></ListBucketResult>")
            : null;
        await using var driver = new S3Driver(server.Options);
        await Assert.ThrowsExactlyAsync<StoreException>(() => ListAsync(driver, new ListingRequest()));
    }

    [TestMethod]
    [DataRow("ceph")]
    [DataRow("swift")]
    public async Task A_real_server_lists_what_a_look_at_each_image_says(string name)
    {
        var server = name == "ceph" ? S3Server.Ceph : S3Server.Swift;
        if (server.SkipReason is { } reason)
        {
            SkippedServers.Skip(server.Name, reason);
        }

        var place = await server.NewPlaceAsync() with { UploadsPerPage = 2 };
        var driver = new S3Driver(place);
        await using var store = new ImageStore("s", driver, new ImageStoreOptions { ChunkBytes = 64 << 10 });
        foreach (var (id, length) in ((string, int)[])[("a~b", 0), ("c", 1000), ("d.e", 200_000), ("f_g", 64 << 10)])
        {
            await store.PutAsync(new ImageId(id), new MemoryStream(new byte[length]), null, TestContext.CancellationToken);
        }

        for (var i = 0; i < 5; i++)
        {
            await driver.OpenWriteAsync(new ImageId($"open-{i}"), new WriteIntent(WriteMode.Replace, null), TestContext.CancellationToken);
        }

        var pages = await ListAsync(driver, new ListingRequest("", null, 3));
        var images = pages.SelectMany(page => page.Images).ToArray();
        Assert.AreEqual("a~b,c,d.e,f_g", string.Join(',', images.Select(image => image.Name)));
        foreach (var image in images)
        {
            var looked = (await driver.FindAsync(image.Stored.Location, TestContext.CancellationToken))!;
            Assert.AreEqual((looked.Size, looked.VersionTag), (image.Stored.Size, image.Stored.VersionTag), image.Name);
            Assert.IsLessThan(TimeSpan.FromSeconds(2), (looked.LastModified!.Value - image.Stored.LastModified!.Value).Duration());
        }

        Assert.AreEqual(5, pages.SelectMany(page => page.Unfinished).Select(upload => upload.Name).Distinct().Count());
        await server.RemoveEverythingAsync(place.Prefix);
    }

    private async Task<List<ListingPage>> ListAsync(S3Driver driver, ListingRequest request)
    {
        var pages = new List<ListingPage>();
        for (string? next = null; pages.Count == 0 || next is not null; next = pages[^1].Continuation)
        {
            pages.Add(await driver.ListAsync(request with { Continuation = next }, TestContext.CancellationToken));
        }

        return pages;
    }
}
