using Azure.Storage.Blobs;

namespace GlanceStore.Drivers.Azure.Scripted;

/// <summary>What a proxy before the service answers that is not what was asked for; and deletes and listings.</summary>
[TestClass]
public sealed class AzureReadTests
{
    private const int ChunkBytes = 64 << 10;

    private readonly ScriptedAzure _server = new();
    private AzureDriverOptions _place = null!;

    public TestContext TestContext { get; set; } = null!;

    [TestInitialize]
    public async Task StartAsync()
    {
        AzuriteServer.Require();
        _place = await AzuriteServer.NewPlaceAsync() with { Endpoint = _server.Endpoint };
    }

    [TestCleanup]
    public async Task StopAsync()
    {
        await _server.DisposeAsync();
        if (_place is not null)
        {
            await AzuriteServer.RemoveEverythingAsync(AzuriteServer.Client, _place.Prefix);
        }
    }

    [TestMethod]
    [DataRow(206, "", "", DisplayName = "A_206_without_a_content_range_is_not_the_whole_image")]
    [DataRow(206, "Content-Range", "bytes 0-99/1000", DisplayName = "A_206_to_a_read_of_the_whole_image_is_a_part")]
    [DataRow(200, "Content-Range", "bytes 0-99/1000", DisplayName = "A_200_with_a_content_range_is_not_the_whole_image")]
    [DataRow(200, "Content-Encoding", "gzip", DisplayName = "An_encoding_nobody_asked_for_is_refused")]
    public async Task A_read_of_the_whole_image_takes_nothing_else_for_it(int status, string name, string value)
    {
        _server.Script = async (request, handOn) => request.Operation == "Get" ? With(await handOn() with { Status = status, Body = new byte[100] }, name, value) : null;
        await AssertUnsupportedAsync(new ReadIntent());
    }

    [TestMethod]
    [DataRow(206, "bytes 10-109/*")]
    [DataRow(206, "bytes 11-110/1000")]
    [DataRow(206, "bytes 10-59/1000")]
    [DataRow(206, "")]
    [DataRow(200, "")]
    public async Task The_answer_to_a_range_is_the_range_that_was_asked_for(int status, string range)
    {
        _server.Script = async (request, handOn) => request.Operation == "Get" ? With(await handOn() with { Status = status }, "Content-Range", range) : null;
        await AssertUnsupportedAsync(new ReadIntent(new ByteRange(10, 100)));
    }

    [TestMethod]
    public async Task A_size_that_was_told_once_need_not_be_told_again()
    {
        await using var driver = new AzureDriver(_place);
        await using var store = new ImageStore("s", driver);
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(new byte[1000]), null, TestContext.CancellationToken);
        var tag = (await driver.FindAsync(receipt.Location, TestContext.CancellationToken))!.VersionTag;
        _server.Script = async (request, handOn) => request.Operation == "Get" ? With(await handOn(), "Content-Range", "bytes 10-109/*") : null;
        var part = new ReadIntent(new ByteRange(10, 100), tag) { Size = 1000 };
        await using var reader = await driver.OpenReadAsync(receipt.Location, part, TestContext.CancellationToken);
        Assert.AreEqual((1000L, tag), (reader.Object.Size, reader.Object.VersionTag));
    }

    [TestMethod]
    [DataRow(404)]
    [DataRow(403)]
    [DataRow(405)]
    public async Task What_a_proxy_refuses_to_a_HEAD_a_GET_of_one_byte_decides(int status)
    {
        await using var driver = new AzureDriver(_place);
        await using var store = new ImageStore("s", driver);
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(new byte[1000]), null, TestContext.CancellationToken);
        var empty = await store.PutAsync(ImageId.New(), new MemoryStream(), null, TestContext.CancellationToken);
        _server.Script = (request, _) => Task.FromResult(request.Operation == "Head" ? new ScriptedAnswer(status, [], []) : null);
        Assert.AreEqual(1000, (await driver.FindAsync(receipt.Location, TestContext.CancellationToken))!.Size);
        Assert.AreEqual(0, (await driver.FindAsync(empty.Location, TestContext.CancellationToken))!.Size);
        Assert.IsNull(await driver.FindAsync(driver.LocationOf(ImageId.New()), TestContext.CancellationToken));
    }

    [TestMethod]
    public async Task The_version_is_compared_in_the_request_that_deletes()
    {
        await using var driver = new AzureDriver(_place);
        await using var store = new ImageStore("s", driver);
        var id = ImageId.New();
        var receipt = await store.PutAsync(id, new MemoryStream(new byte[1000]), null, TestContext.CancellationToken);
        var old = (await driver.FindAsync(receipt.Location, TestContext.CancellationToken))!.VersionTag!;
        await store.PutAsync(id, new MemoryStream(new byte[1001]), new PutOptions { Mode = WriteMode.Replace }, TestContext.CancellationToken);
        _server.Requests.Clear();
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => driver.DeleteAsync(receipt.Location, new DeleteIntent(old), TestContext.CancellationToken).AsTask());
        Assert.AreEqual((StoreError.Changed, false), (error.Error, error.IsTransient), error.Message);
        Assert.IsNotNull(_server.Requests.First().Header("If-Match"), "In the request, not before it; a look comes after a refusal only.");
        var now = (await driver.FindAsync(receipt.Location, TestContext.CancellationToken))!;
        Assert.AreEqual(1001, now.Size);
        Assert.IsTrue(await driver.DeleteAsync(receipt.Location, new DeleteIntent(now.VersionTag), TestContext.CancellationToken));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(1000)]
    public async Task A_listing_tells_every_image_once_as_a_look_does(int most)
    {
        await using var driver = new AzureDriver(_place);
        await using var store = new ImageStore("s", driver, new ImageStoreOptions { ChunkBytes = 64 << 10 });
        var expected = new List<StoredObject>();
        foreach (var size in new[] { 0, 1, 200_000 })
        {
            var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(new byte[size]), null, TestContext.CancellationToken);
            expected.Add((await driver.FindAsync(receipt.Location, TestContext.CancellationToken))!);
        }

        await AzuriteServer.Client.GetBlobClient(_place.Prefix + "not/an/image").UploadAsync(new BinaryData("x"), TestContext.CancellationToken);
        var (images, continuation) = (new List<ListedImage>(), default(string));
        do
        {
            var page = await driver.ListAsync(new ListingRequest("", continuation, most), TestContext.CancellationToken);
            images.AddRange(page.Images);
            continuation = page.Continuation;
        }
        while (continuation is not null);

        CollectionAssert.AreEquivalent(
            expected.Select(found => (found.Location.Uri, found.Size, found.VersionTag)).ToArray(),
            images.Select(image => (image.Stored.Location.Uri, image.Stored.Size, image.Stored.VersionTag)).ToArray());
        CollectionAssert.AreEquivalent(expected.Select(found => found.Location.Uri.Split('/')[^1]).ToArray(), images.Select(image => image.Name).ToArray());
    }

    [TestMethod]
    public async Task A_host_with_a_name_of_its_own_and_the_account_in_the_path_is_written_to_where_the_location_says()
    {
        var place = await AzuriteServer.NewPlaceAsync();
        await using var driver = new AzureDriver(place with { Endpoint = place.Endpoint.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) });
        await using var store = new ImageStore("s", driver, new ImageStoreOptions { ChunkBytes = 64 << 10 });
        foreach (var size in new[] { 3, 200_000 })
        {
            var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(new byte[size]), null, TestContext.CancellationToken);
            Assert.Contains(place.Prefix + receipt.Location.Uri.Split('/')[^1], await AzuriteServer.ListEverythingAsync(AzuriteServer.Client, place.Prefix));
            Assert.AreEqual(size, (await driver.FindAsync(receipt.Location, TestContext.CancellationToken))!.Size);
            using var http = new HttpClient();
            Assert.HasCount(size, await http.GetByteArrayAsync(
                await driver.GetDirectUrlAsync(receipt.Location, TimeSpan.FromMinutes(1), TestContext.CancellationToken), TestContext.CancellationToken));
            Assert.IsTrue(await store.DeleteAsync(receipt.Location, cancellationToken: TestContext.CancellationToken));
        }
    }

    [TestMethod]
    public async Task An_image_whose_metadata_is_set_while_it_is_read_is_read_on_where_a_receipt_verifies_it()
    {
        var (receipt, bytes) = await PutAsync(7);
        BeforeTheSecondGet(receipt, blob => blob.SetMetadataAsync(new Dictionary<string, string> { ["seen"] = "yes" }, cancellationToken: TestContext.CancellationToken));
        CollectionAssert.AreEqual(bytes, await ReadAsync(receipt, ReadOptions.Verify(receipt)));
        var pins = _server.Requests.Where(request => request.Operation == "Get").Select(request => request.Header("If-Match")).Distinct().ToArray();
        Assert.HasCount(3, pins, "None at first, the first version's, and from then on the one it has now.");
    }

    [TestMethod]
    public async Task An_image_whose_metadata_is_set_while_it_is_read_is_Changed_where_nothing_verifies_it()
    {
        var (receipt, _) = await PutAsync(7);
        BeforeTheSecondGet(receipt, blob => blob.SetMetadataAsync(new Dictionary<string, string> { ["seen"] = "yes" }, cancellationToken: TestContext.CancellationToken));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => ReadAsync(receipt, null));
        Assert.AreEqual(StoreError.Changed, error.Error, error.Message);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task An_image_that_another_of_its_size_replaces_while_it_is_read_is_Changed_and_not_spliced(bool isVerified)
    {
        var (receipt, bytes) = await PutAsync(7);
        BeforeTheSecondGet(receipt, blob => blob.UploadAsync(new BinaryData(bytes.Reverse().ToArray()), overwrite: true, TestContext.CancellationToken));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => ReadAsync(receipt, isVerified ? ReadOptions.Verify(receipt) : null));
        Assert.AreEqual(StoreError.Changed, error.Error, error.Message);
    }

    private static ScriptedAnswer With(ScriptedAnswer answer, string name, string value) => answer with
    {
        Headers = [.. answer.Headers.Where(header => header.Key != "Content-Range" && header.Key != "Content-Length"),
            .. value.Length > 0 ? [KeyValuePair.Create(name, value)] : Array.Empty<KeyValuePair<string, string>>()],
    };

    private async Task AssertUnsupportedAsync(ReadIntent intent)
    {
        await using var driver = new AzureDriver(_place);
        await using var store = new ImageStore("s", driver);
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(new byte[1000]), null, TestContext.CancellationToken);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => driver.OpenReadAsync(receipt.Location, intent, TestContext.CancellationToken).AsTask());
        Assert.AreEqual((StoreError.Unsupported, false), (error.Error, error.IsTransient), error.Message);
    }

    private async Task<(ImageReceipt Receipt, byte[] Bytes)> PutAsync(int seed)
    {
        var bytes = new byte[(20 * ChunkBytes) + seed];
        new Random(seed).NextBytes(bytes);
        await using var store = NewStore();
        return (await store.PutAsync(ImageId.New(), new MemoryStream(bytes), null, TestContext.CancellationToken), bytes);
    }

    private async Task<byte[]> ReadAsync(ImageReceipt receipt, ReadOptions? options)
    {
        await using var store = NewStore();
        await using var image = await store.OpenReadAsync(receipt.Location, options, TestContext.CancellationToken);
        using var read = new MemoryStream();
        await image.CopyToAsync(read, TestContext.CancellationToken);
        return read.ToArray();
    }

    private ImageStore NewStore() => new("s", new AzureDriver(_place), new ImageStoreOptions { ChunkBytes = ChunkBytes, RetryDelay = TimeSpan.Zero });

    private void BeforeTheSecondGet(ImageReceipt receipt, Func<BlobClient, Task> happens)
    {
        var blob = AzuriteServer.Client.GetBlobClient(_place.Prefix + receipt.Location.Uri.Split('/')[^1]);
        var gets = 0;
        _server.Requests.Clear();
        _server.Script = async (request, handOn) =>
        {
            switch (request.Operation == "Get" ? Interlocked.Increment(ref gets) : 0)
            {
                case 1:
                    return await handOn() with { SendBytes = 1000 };
                case 2:
                    await happens(blob);
                    return null;
                default:
                    return null;
            }
        };
    }
}
