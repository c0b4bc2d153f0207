using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Azure;

/// <summary>What is particular to blobs, against Azurite: what is stored beside the bytes, what is checked, and what an unfinished upload leaves.</summary>
[TestClass]
public sealed class AzureBlobTests
{
    private const int ChunkBytes = 64 << 10;

    private static readonly ImageStoreOptions Quick = new() { ChunkBytes = ChunkBytes, RetryDelay = TimeSpan.Zero, MaxAttempts = 2 };

    private AzureDriverOptions _place = null!;
    private AzureDriver _driver = null!;
    private ImageStore _store = null!;

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Cancellation => TestContext.CancellationToken;

    [TestInitialize]
    public async Task StartAsync()
    {
        AzuriteServer.Require();
        _place = await AzuriteServer.NewPlaceAsync();
        _driver = new AzureDriver(_place);
        _store = new ImageStore("s", _driver, Quick);
    }

    [TestCleanup]
    public async Task StopAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
            await AzuriteServer.RemoveEverythingAsync(AzuriteServer.Client, _place.Prefix);
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    public async Task The_digests_and_the_size_stand_beside_the_blob_for_other_tools(int chunks)
    {
        var image = NewImage(chunks);
        var receipt = await PutAsync(image);
        var properties = (await BlobAt(image.Id).GetPropertiesAsync(null, Cancellation)).Value;
        Assert.AreEqual(image.DigestOf("md5").Hex, Convert.ToHexStringLower(properties.ContentHash));
        Assert.AreEqual(image.DigestOf("md5").Hex, properties.Metadata["md5"]);
        Assert.AreEqual(image.DigestOf("sha512").Hex, properties.Metadata["sha512"]);
        Assert.AreEqual(image.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), properties.Metadata["size"]);
        Assert.AreEqual(image.DigestOf("md5"), (await _store.FindAsync(receipt.Location, Cancellation))!.Digest);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    public async Task Without_an_MD5_the_blob_has_the_other_digest(int chunks)
    {
        var image = NewImage(chunks);
        await _store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = image.Length, ComputeMd5 = false }, Cancellation);
        var properties = (await BlobAt(image.Id).GetPropertiesAsync(null, Cancellation)).Value;
        Assert.AreEqual(image.DigestOf("sha512").Hex, properties.Metadata["sha512"]);
        Assert.IsFalse(properties.Metadata.ContainsKey("md5"));
    }

    [TestMethod]
    public async Task A_block_whose_CRC_is_wrong_is_refused_by_the_server_and_may_be_sent_again()
    {
        var image = NewImage(2);
        var chunk = image.Chunks(ChunkBytes, AzureBlock.Digest)[0];
        await using var writer = await _driver.OpenWriteAsync(image.Id, new WriteIntent(WriteMode.CreateNew, image.Length), Cancellation);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () => await writer.WriteChunkAsync(chunk with { Digest = new byte[8] }, Cancellation));
        Assert.AreEqual(StoreError.Corrupted, error.Error);
        Assert.IsTrue(error.IsTransient);
        Assert.AreEqual("Crc64Mismatch", ((RequestFailedException)error.InnerException!).ErrorCode);
        await writer.WriteChunkAsync(chunk, Cancellation);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_small_image_whose_checksum_is_wrong_is_refused_by_the_server(bool hasMd5)
    {
        var image = NewImage(0);
        var summary = image.SummaryOf(ChunkBytes) with { Digests = hasMd5 ? [new Digest("md5", new string('0', 32))] : [image.DigestOf("sha512")] };
        var chunk = image.Chunks(ChunkBytes, AzureBlock.Digest)[0];
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () => await _driver.WriteWholeAsync(
            image.Id, new WriteIntent(WriteMode.CreateNew, image.Length), hasMd5 ? chunk : chunk with { Digest = new byte[8] }, summary, Cancellation));
        Assert.AreEqual(StoreError.Corrupted, error.Error);
        Assert.IsTrue(error.IsTransient);
        Assert.AreEqual(hasMd5 ? "Md5Mismatch" : "Crc64Mismatch", ((RequestFailedException)error.InnerException!).ErrorCode);
        Assert.IsEmpty(await AzuriteServer.ListEverythingAsync(AzuriteServer.Client, _place.Prefix));
    }

    [TestMethod]
    public async Task An_aborted_put_leaves_no_blob_and_its_blocks_go_with_the_next_commit()
    {
        var image = NewImage(3);
        await AbandonAsync(image);
        Assert.IsEmpty(await AzuriteServer.ListEverythingAsync(AzuriteServer.Client, _place.Prefix));
        Assert.IsNull(await _store.FindAsync(_store.LocationOf(image.Id), Cancellation));
        Assert.HasCount(1, await AzuriteServer.ListUncommittedAsync(_place.Prefix)); // for a week, at no address anybody can read
        await PutAsync(image);
        var blocks = (await BlobAt(image.Id).GetBlockListAsync(BlockListTypes.All, null, null, Cancellation)).Value;
        Assert.IsEmpty(blocks.UncommittedBlocks);
        Assert.HasCount(4, blocks.CommittedBlocks);
    }

    [TestMethod]
    public async Task A_small_image_is_created_where_an_aborted_put_left_blocks()
    {
        var image = NewImage(3);
        await AbandonAsync(image);
        await PutAsync(NewImage(0, image.Id));
        Assert.HasCount(1, await AzuriteServer.ListEverythingAsync(AzuriteServer.Client, _place.Prefix));
    }

    [TestMethod]
    public void Block_ids_are_of_one_length_and_a_writers_own()
    {
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        var ids = new[] { AzureBlock.IdOf(one, 0), AzureBlock.IdOf(one, 49_999), AzureBlock.IdOf(other, 0) };
        Assert.HasCount(3, ids.Distinct());
        Assert.IsTrue(ids.All(id => id.Length == 64 && Convert.FromBase64String(id).Length == 48));
    }

    [TestMethod]
    public async Task A_replacement_whose_blocks_another_commit_discarded_counts_as_replaced_at_once()
    {
        var (first, second) = (NewImage(2), default(SampleImage)!);
        second = NewImage(2, first.Id);
        await PutAsync(NewImage(1, first.Id));
        await using var overtaken = await OpenAsync(first, WriteMode.Replace);
        await using var winner = await OpenAsync(second, WriteMode.Replace);
        await winner.CommitAsync(second.SummaryOf(ChunkBytes), Cancellation);
        var stored = await overtaken.CommitAsync(first.SummaryOf(ChunkBytes), Cancellation);
        Assert.IsNull(stored.VersionTag, "Nobody can pin a version that is not there.");
        Assert.AreEqual(second.DigestOf("md5"), (await _store.FindAsync(overtaken.Location, Cancellation))!.Digest);
    }

    [TestMethod]
    public async Task A_creation_whose_blocks_another_commit_discarded_is_AlreadyExists()
    {
        var first = NewImage(2);
        var second = NewImage(2, first.Id);
        await using var loser = await OpenAsync(first, WriteMode.CreateNew);
        await using var winner = await OpenAsync(second, WriteMode.CreateNew);
        await winner.CommitAsync(second.SummaryOf(ChunkBytes), Cancellation);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () => await loser.CommitAsync(first.SummaryOf(ChunkBytes), Cancellation));
        Assert.AreEqual(StoreError.AlreadyExists, error.Error);
    }

    [TestMethod]
    public async Task A_commit_can_be_made_again_after_its_answer_was_lost()
    {
        var image = NewImage(2);
        await using var writer = await OpenAsync(image, WriteMode.Replace);
        await writer.CommitAsync(image.SummaryOf(ChunkBytes), Cancellation);
        await writer.CommitAsync(image.SummaryOf(ChunkBytes), Cancellation);
        Assert.AreEqual(image.DigestOf("md5"), (await _store.FindAsync(writer.Location, Cancellation))!.Digest);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(2)]
    public async Task The_access_tier_is_that_of_the_options(int chunks)
    {
        await using var store = new ImageStore("s", new AzureDriver(_place with { AccessTier = "Cool" }), Quick);
        var image = NewImage(chunks);
        await store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = image.Length }, Cancellation);
        Assert.AreEqual("Cool", (await BlobAt(image.Id).GetPropertiesAsync(null, Cancellation)).Value.AccessTier);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(2)]
    public async Task A_container_is_made_by_a_put_where_the_options_say_so(int chunks)
    {
        var place = _place with { Container = $"made-{Guid.NewGuid():N}", CreateContainer = true, Prefix = "" };
        await using var store = new ImageStore("s", new AzureDriver(place), Quick);
        var image = NewImage(chunks);
        Assert.IsFalse(await store.DeleteAsync(store.LocationOf(image.Id), cancellationToken: Cancellation));
        var receipt = await store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = image.Length }, Cancellation);
        Assert.AreEqual(image.Length, (await store.FindAsync(receipt.Location, Cancellation))!.Size);
        await AzuriteServer.Client.GetParentBlobServiceClient().DeleteBlobContainerAsync(place.Container, null, Cancellation);
    }

    [TestMethod]
    public async Task A_container_that_the_first_put_will_make_is_an_empty_one_and_no_mistake()
    {
        await using var driver = new AzureDriver(_place with { Container = $"made-{Guid.NewGuid():N}", CreateContainer = true, Prefix = "" });
        await using var store = new ImageStore("s", driver, Quick);
        var location = store.LocationOf(ImageId.New());
        Assert.IsEmpty((await driver.ListAsync(new ListingRequest(), Cancellation)).Images);
        Assert.IsNull(await store.FindAsync(location, Cancellation));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.OpenReadAsync(location, null, Cancellation));
        Assert.AreEqual(StoreError.NotFound, error.Error, error.Message);
    }

    [TestMethod]
    public async Task Deleting_an_image_removes_its_snapshots()
    {
        var image = NewImage(1);
        var receipt = await PutAsync(image);
        await BlobAt(image.Id).CreateSnapshotAsync(null, null, Cancellation);
        Assert.IsTrue(await _store.DeleteAsync(receipt.Location, cancellationToken: Cancellation));
        Assert.IsEmpty(await AzuriteServer.ListEverythingAsync(AzuriteServer.Client, _place.Prefix));
    }

    private SampleImage NewImage(int chunks, ImageId? id = null) =>
        new(id ?? ImageId.New(), new SyntheticContent(Random.Shared.Next()), ((long)chunks * ChunkBytes) + 7);

    private Task<ImageReceipt> PutAsync(SampleImage image) =>
        _store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = image.Length }, Cancellation);

    private async Task AbandonAsync(SampleImage image)
    {
        await using var writer = await OpenAsync(image, WriteMode.CreateNew);
    }

    // With all chunks written, and no commit.
    private async Task<DriverWriter> OpenAsync(SampleImage image, WriteMode mode)
    {
        var writer = await _driver.OpenWriteAsync(image.Id, new WriteIntent(mode, image.Length), Cancellation);
        foreach (var chunk in image.Chunks(ChunkBytes, AzureBlock.Digest))
        {
            await writer.WriteChunkAsync(chunk, Cancellation);
        }

        return writer;
    }

    private BlockBlobClient BlobAt(ImageId id) => AzuriteServer.Client.GetBlockBlobClient(_place.Prefix + id.Value);
}
