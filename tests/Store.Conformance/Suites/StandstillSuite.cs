namespace GlanceStore.Conformance;

/// <summary>Who stands still keeps nobody else from getting on, in the memory a process has by default, and loses nothing by it.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class StandstillSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    // Pieces for more downloads than the default memory has room for, and uploads that leave just enough of theirs to one more.
    private const int PieceBytes = 4 << 20;
    private const int Downloads = 8;
    private const int Uploads = 6;
    private const int FirstBytes = 4096;

    // A transfer that waits for one that stands still waits for ever.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private int Piece => (int)Math.Clamp(PieceBytes, Capabilities.MinChunkBytes, Capabilities.MaxChunkBytes);

    [TestMethod]
    public Task Downloads_that_have_paused_keep_no_other_waiting_and_go_on_with_the_right_bytes() => WhereItReadsRanges(async () =>
    {
        await using var store = NewDefaultStore();
        var (large, small) = (await SeedAsync(store, Piece + FirstBytes), await SeedAsync(store, 1000));
        var paused = await PauseAsync(store, large);
        await InTimeAsync(AssertReadsAsync(store, small), "A small read waits for downloads that have paused.");
        await InTimeAsync(AssertReadsAsync(store, large), "A large read waits for downloads that have paused.");
        await GoOnAsync(paused, large);
    });

    [TestMethod]
    public Task Downloads_and_uploads_that_stand_still_keep_neither_reads_nor_puts_waiting() => WhereItReadsRanges(() => WhereItWrites(async () =>
    {
        await using var store = NewDefaultStore();
        var (large, small) = (await SeedAsync(store, Piece + FirstBytes), await SeedAsync(store, 1000));
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var uploads = Enumerable.Range(0, Uploads).Select(_ => NewImage(Piece + (2 * FirstBytes))).ToArray();
        var puts = await Task.WhenAll(uploads.Select((image, i) => BeginAsync(store, image, i % 2 == 0 ? FirstBytes : Piece + FirstBytes, goOn.Task)));
        var paused = await PauseAsync(store, large);
        try
        {
            await InTimeAsync(AssertReadsAsync(store, small), "A small read waits for transfers that stand still.");
            await InTimeAsync(AssertReadsAsync(store, large), "A large read waits for transfers that stand still.");
            var live = NewImage(Piece + FirstBytes);
            await InTimeAsync(PutAsync(store, live, live.OpenSource()), "A put waits for transfers that stand still.");
            await AssertReadsAsync(store, live);
            Assert.DoesNotContain(true, puts.Select(put => put.IsCompleted), "A put ended before its source did.");
        }
        finally
        {
            goOn.SetResult();
        }

        await InTimeAsync(Task.WhenAll(puts), "The uploads do not go on.");
        await GoOnAsync(paused, large);
        foreach (var image in uploads)
        {
            await AssertReadsAsync(store, image);
        }
    }));

    private ImageStore NewDefaultStore() =>
        NewStore(Driver, new ImageStoreOptions { ChunkBytes = Piece, RetryDelay = TimeSpan.Zero }, new TransferBudget());

    private async Task<SampleImage> SeedAsync(ImageStore store, long length)
    {
        var image = NewImage(length);
        await Harness.SeedAsync(store, image.Id, image.Bytes);
        return image;
    }

    private async Task<IReadOnlyList<Stream>> PauseAsync(ImageStore store, SampleImage image)
    {
        var paused = new List<Stream>();
        for (var i = 0; i < Downloads; i++)
        {
            Task<ImageReadStream> opening = store.OpenReadAsync(LocationOf(image), VerifiedByPiece(image), Cancellation);
            await InTimeAsync(opening, "A download waits for those that have paused.");
            paused.Add(await opening);
            var first = new byte[FirstBytes];
            await InTimeAsync(paused[^1].ReadExactlyAsync(first, Cancellation).AsTask(), "A download waits for those that have paused.");
            AssertSame(image.Bytes.AsMemory(0, FirstBytes), first);
        }

        return paused;
    }

    private async Task GoOnAsync(IReadOnlyList<Stream> paused, SampleImage image)
    {
        foreach (var stream in paused)
        {
            var rest = ReadToEndAsync(stream);
            await InTimeAsync(rest, "A download that had paused does not go on.");
            AssertSame(image.Bytes.AsMemory(FirstBytes), await rest, "The download had paused.");
            await stream.DisposeAsync();
        }
    }

    // Returns the put once its source stands still.
    private async Task<Task> BeginAsync(ImageStore store, SampleImage image, long stallAt, Task goOn)
    {
        var still = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var source = new SyntheticStream(image.Content, image.Length)
        {
            StallAt = stallAt,
            StallUntil = goOn,
            AfterRead = position => _ = position >= stallAt && still.TrySetResult(),
        };
        var put = PutAsync(store, image, source);
        var begun = Task.WhenAny(put, still.Task);
        await InTimeAsync(begun, "An upload does not begin.");
        await await begun;
        return put;
    }

    private Task PutAsync(ImageStore store, SampleImage image, Stream source) =>
        store.PutAsync(image.Id, source, new PutOptions { ExpectedSize = image.Length }, Cancellation);

    private async Task AssertReadsAsync(ImageStore store, SampleImage image) =>
        AssertSame(image.Bytes, await ReadAsync(store, image, VerifiedByPiece(image)));

    private ReadOptions VerifiedByPiece(SampleImage image) => new() { Manifest = image.ManifestOf(Piece) };

    private async Task InTimeAsync(Task task, string otherwise)
    {
        try
        {
            await task.WaitAsync(Limit, Cancellation);
        }
        catch (TimeoutException)
        {
            Assert.Fail(otherwise);
        }
    }
}
