namespace GlanceStore.Conformance;

/// <summary>What goes in is there, whole, and the receipt says so.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class PutSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    public Task A_put_image_comes_back_byte_for_byte() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(3, 17));
        await PutAsync(image);
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    public Task The_receipt_tells_the_place_the_size_and_the_digests() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(2, 5));
        var receipt = await PutAsync(image);
        Assert.AreEqual(LocationOf(image), receipt.Location);
        Assert.AreEqual(Store.Id, receipt.Location.StoreId);
        Assert.AreEqual(image.Length, receipt.Size);
        Assert.AreEqual(image.DigestOf("md5"), receipt.Checksum);
        Assert.AreEqual(image.DigestOf("sha512"), receipt.MultiHash);
    });

    [TestMethod]
    public Task The_metadata_of_a_put_is_in_its_receipt() => WhereItWrites(async () =>
    {
        var image = NewImage(10);
        var metadata = new Dictionary<string, string> { ["os"] = "débian", ["empty"] = "" };
        var receipt = await Store.PutAsync(image.Id, image.OpenSource(), Putting(image) with { Metadata = metadata }, Cancellation);
        Assert.AreEqual("débian", receipt.Metadata["os"]);
        Assert.AreEqual("", receipt.Metadata["empty"]);
    });

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public Task Nothing_is_visible_before_the_commit(int chunks) => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(chunks));
        var plan = new FaultPlan();
        plan.On(chunks == 1 ? DriverCall.WriteWhole : DriverCall.Commit).Do(() => AssertAbsentAsync(image, "It was not committed yet."));
        await using var store = await NewStoreAsync(plan);
        await store.PutAsync(image.Id, image.OpenSource(), Putting(image) with { ExpectedSize = image.Length }, Cancellation);
        plan.AssertAllFired();
        await AssertStoredAsync(image);
    });

    [TestMethod]
    public Task The_source_is_read_to_its_end_and_left_open() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(2, 1));
        var source = image.OpenSource();
        await Store.PutAsync(image.Id, source, Putting(image), Cancellation);
        Assert.AreEqual(image.Length, source.BytesRead);
        Assert.IsFalse(source.IsDisposed, "The source is the caller's to dispose.");
    });

    [TestMethod]
    public Task A_source_that_can_seek_is_read_from_where_it_stands() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(2, 9));
        using var source = new MemoryStream([.. new byte[100], .. image.Bytes]) { Position = 100 };
        var receipt = await Store.PutAsync(image.Id, source, null, Cancellation);
        Assert.AreEqual(image.Length, receipt.Size);
        await AssertStoredAsync(image);
    });

    [TestMethod]
    public Task A_source_that_gives_few_bytes_at_a_time_is_stored_whole() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(2, 3));
        var source = new SyntheticStream(image.Content, image.Length) { MaxReadBytes = 1021 };
        await Store.PutAsync(image.Id, source, Putting(image), Cancellation);
        await AssertStoredAsync(image);
    });

    [TestMethod]
    public Task Progress_ends_with_all_bytes() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(4, 1));
        var progress = new Progressed();
        var options = new PutOptions { ExpectedSize = image.Length, Progress = progress };
        await Store.PutAsync(image.Id, image.OpenSource(), options, Cancellation);
        Assert.AreEqual(image.Length, progress.Reports.Max(report => report.Bytes));
        Assert.IsTrue(progress.Reports.All(report => report.TotalBytes == image.Length), "The size was declared.");
    });

    [TestMethod]
    public Task A_store_opened_later_sees_the_image() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(2));
        await PutAsync(image);
        await using var later = NewStore(await Harness.CreateDriverAsync());
        AssertSame(image.Bytes, await ReadAsync(later, image));
    });

    private sealed class Progressed : IProgress<TransferProgress>
    {
        private readonly List<TransferProgress> _reports = [];

        public IReadOnlyList<TransferProgress> Reports => _reports;

        public void Report(TransferProgress value)
        {
            lock (_reports)
            {
                _reports.Add(value);
            }
        }
    }
}
