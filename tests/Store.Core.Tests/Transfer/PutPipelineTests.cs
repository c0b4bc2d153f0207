using System.Security.Cryptography;
using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using Microsoft.Extensions.Time.Testing;
using static GlanceStore.Core.Tests.Transfer.SampleBytes;

namespace GlanceStore.Core.Tests.Transfer;

[TestClass]
public sealed class PutPipelineTests
{
    private static readonly ImageStoreOptions Small = new() { ChunkBytes = 64 << 10, RetryDelay = TimeSpan.Zero };
    private static readonly byte[] Image = Bytes(1_000_000);

    private readonly MemoryStorage _storage = new();
    private readonly TransferBudget _budget = new(1 << 20);

    [TestMethod]
    public async Task A_lost_answer_to_the_commit_is_settled_by_looking_not_by_repeating()
    {
        var driver = Driver();
        var commits = 0;
        driver.OnCommit = async (_, commit) =>
        {
            commits++;
            await commit();
            throw Transient("The answer was lost.");
        };
        var receipt = await Store(driver).PutAsync(new ImageId("a"), new MemoryStream(Image));
        Assert.AreEqual(1, commits);
        Assert.AreEqual(Image.Length, receipt.Size);
    }

    [TestMethod]
    public async Task A_lost_answer_does_not_take_another_creators_image_for_its_own()
    {
        var driver = Driver();
        driver.OnCommit = async (_, commit) =>
        {
            await Store(Driver()).PutAsync(new ImageId("a"), new MemoryStream(new byte[Image.Length]), cancellationToken: default);
            driver.OnCommit = null;
            throw Transient("The answer was lost.");
        };
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => Store(driver).PutAsync(new ImageId("a"), new MemoryStream(Image)));
        Assert.AreEqual(StoreError.AlreadyExists, e.Error);
    }

    [TestMethod]
    public async Task A_backend_that_hangs_at_the_commit_and_when_it_is_looked_for_is_not_asked_once_more()
    {
        var driver = Driver();
        var looks = 0;
        driver.OnCommit = (_, _) =>
        {
            driver.OnFind = (_, _, _) =>
            {
                looks++;
                throw Stalled();
            };
            throw Stalled();
        };
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => Store(driver).PutAsync(new ImageId("a"), new MemoryStream(Image)));
        Assert.AreEqual((StoreError.Stalled, 2), (e.Error, looks));
    }

    [TestMethod]
    public async Task A_source_of_known_size_is_asked_for_chunks_and_for_single_bytes_only_at_its_start_and_end()
    {
        const int Length = 10 * 65_536;
        var source = new AskedStream(Image[..Length]);
        var receipt = await Store(Driver()).PutAsync(new ImageId("a"), source, new PutOptions { ExpectedSize = Length });
        Assert.HasCount(10, receipt.Chunks);
        CollectionAssert.AreEqual(new[] { 0, Length }, source.SingleBytesAskedAt);
    }

    [TestMethod]
    [DataRow(65_536)]
    [DataRow(131_072)]
    [DataRow(131_073)]
    public async Task A_source_that_ends_early_where_a_chunk_ends_is_no_image(int length)
    {
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() =>
            Store(Driver()).PutAsync(new ImageId("a"), new AskedStream(Image[..length]), new PutOptions { ExpectedSize = Image.Length }));
        Assert.AreEqual(StoreError.SizeMismatch, e.Error);
        Assert.IsEmpty(_storage.Names);
        Assert.AreEqual(0, _budget.UsedBytes);
    }

    [TestMethod]
    public async Task A_commit_of_thousands_of_chunks_has_time_for_them()
    {
        var time = new FakeTimeProvider();
        var driver = Driver();
        var committing = new TaskCompletionSource();
        driver.OnCommit = async (token, commit) =>
        {
            var wait = Task.Delay(TimeSpan.FromSeconds(100), time, token);
            committing.SetResult();
            await wait;
            return await commit();
        };
        await using var store = new ImageStore("test", driver, Small with { ChunkBytes = 4096, MaxAttempts = 1 }, _budget, null, time);
        var put = store.PutAsync(new ImageId("a"), new MemoryStream(new byte[1001 * 4096]));
        await committing.Task;
        time.Advance(TimeSpan.FromSeconds(101));
        Assert.HasCount(1001, (await put).Chunks);
    }

    [TestMethod]
    public async Task A_commit_whose_last_answer_was_lost_is_still_found()
    {
        var driver = Driver();
        driver.OnCommit = async (_, commit) =>
        {
            await commit();
            throw Transient("The answer was lost.");
        };
        var receipt = await Store(driver, Small with { MaxAttempts = 1 }).PutAsync(new ImageId("a"), new MemoryStream(Image));
        Assert.AreEqual(Image.Length, receipt.Size);
    }

    [TestMethod]
    public async Task A_commit_whose_answer_was_lost_is_settled_over_a_line_that_breaks_after_every_chunk()
    {
        var driver = Driver();
        var opened = 0;
        driver.OnCommit = async (_, commit) =>
        {
            await commit();
            throw Transient("The answer was lost.");
        };
        driver.OnOpenRead = async (_, _, _, open) =>
        {
            opened++;
            return new BreakingReader(await open(), (64 << 10) + 1);
        };
        var receipt = await Store(driver, Small with { MaxAttempts = 2 }).PutAsync(new ImageId("a"), new MemoryStream(Image));
        Assert.AreEqual(receipt.Chunks.Count, opened);
    }

    [TestMethod]
    public async Task A_first_attempt_that_lands_late_is_not_somebody_elses_image()
    {
        var driver = Driver();
        Func<ValueTask<StoredObject>>? late = null;
        driver.OnCommit = async (_, commit) =>
        {
            if (late is null)
            {
                late = commit;
                throw Transient("No answer, and the request is still under way.");
            }

            await late();
            return await commit();
        };
        var receipt = await Store(driver).PutAsync(new ImageId("a"), new MemoryStream(Image));
        Assert.AreEqual(Image.Length, receipt.Size);
    }

    [TestMethod]
    public async Task An_image_of_the_same_bytes_is_not_ours_where_the_store_only_asked_to_slow_down()
    {
        var driver = Driver();
        var asked = 0;
        driver.OnCommit = async (_, commit) =>
        {
            if (asked++ == 0)
            {
                await Store(Driver()).PutAsync(new ImageId("a"), new MemoryStream(Image));
                throw new StoreException(StoreError.Throttled, "Slow down.") { IsTransient = true };
            }

            return await commit();
        };
        var finds = 0;
        driver.OnFind = (_, _, find) =>
        {
            finds++;
            return find();
        };
        var put = Store(driver, Small with { MaxAttempts = 1 }).PutAsync(new ImageId("a"), new MemoryStream(Image));
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => put);
        Assert.AreEqual((StoreError.Throttled, 1), (e.Error, finds));
    }

    [TestMethod]
    public async Task Uploads_from_which_nothing_comes_hold_no_memory()
    {
        using var cancel = new CancellationTokenSource();
        var store = Store(Driver());
        var idle = Enumerable.Range(0, 100).Select(_ => new Pipe(10) { StuckAt = 0 }).ToList();
        var puts = idle.Select(source => store.PutAsync(ImageId.New(), source, cancellationToken: cancel.Token)).ToList();
        await Task.WhenAll(idle.Select(source => source.Reached));
        Assert.AreEqual(0, _budget.UsedBytes);
        await store.PutAsync(new ImageId("a"), new MemoryStream(Image));
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => Task.WhenAll(puts));
    }

    [TestMethod]
    [DataRow(-1L, null)]
    [DataRow(null, -1L)]
    public async Task A_negative_size_is_the_callers_mistake(long? expected, long? most) =>
        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(() => Store(Driver()).PutAsync(
            new ImageId("a"), new MemoryStream(Image), new PutOptions { ExpectedSize = expected, MaxSize = most }));

    [TestMethod]
    public async Task A_taken_id_is_refused_before_the_upload_begins()
    {
        await Store(Driver()).PutAsync(new ImageId("a"), new MemoryStream(Image));
        var driver = Driver();
        var source = new MemoryStream(Image);
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => Store(driver).PutAsync(new ImageId("a"), source));
        Assert.AreEqual(StoreError.AlreadyExists, e.Error);
        Assert.AreEqual(0, driver.Opened);
        Assert.IsLessThan(Image.Length / 2, source.Position);
    }

    [TestMethod]
    public async Task A_chunk_that_never_arrives_ends_the_put_and_says_how_often_it_was_tried()
    {
        var driver = Driver();
        driver.OnWriteChunk = (chunk, _, write) => chunk.Index == 3 ? throw Transient("The part was refused.") : write();
        var e = await Assert.ThrowsExactlyAsync<StoreException>(
            () => Store(driver, Small with { MaxAttempts = 3 }).PutAsync(new ImageId("a"), new MemoryStream(Image)));
        Assert.AreEqual((StoreError.Unavailable, 3, "put", "test"), (e.Error, e.Attempts, e.Operation, e.StoreId));
        Assert.Contains("after 3 attempts", e.Message);
        Assert.AreEqual((1, 1), (driver.Opened, driver.Disposed));
        Assert.IsEmpty(_storage.Names);
    }

    [TestMethod]
    [DataRow(64 << 10, true)]
    [DataRow(64 << 10, false)]
    [DataRow(65_537, true)] // no whole number of MD5's blocks
    [DataRow(2 << 20, true)] // a single chunk
    public async Task The_digest_of_each_chunk_is_computed_where_the_backend_checks_it(int chunkBytes, bool computeMd5)
    {
        var driver = Driver(new DriverCapabilities { ChunkDigest = "md5" });
        var wrong = 0;
        driver.OnWriteChunk = (chunk, _, write) =>
        {
            wrong += chunk.Digest.Span.SequenceEqual(MD5.HashData(chunk.Bytes.Span)) ? 0 : 1;
            return write();
        };
        var receipt = await Store(driver, Small with { ChunkBytes = chunkBytes }, new TransferBudget(8 << 20))
            .PutAsync(new ImageId("a"), new MemoryStream(Image), new PutOptions { ComputeMd5 = computeMd5 });
        Assert.AreEqual(0, wrong);
        Assert.AreEqual(computeMd5 ? Convert.ToHexStringLower(MD5.HashData(Image)) : null, receipt.Checksum?.Hex);
    }

    [TestMethod]
    public async Task An_image_too_large_for_the_memory_there_is_is_refused_before_the_source_is_read()
    {
        var source = new MemoryStream(Image);
        var store = Store(Driver(new DriverCapabilities { MaxChunks = 1 }), Small, new TransferBudget(1 << 20));
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => store.PutAsync(new ImageId("a"), source));
        Assert.AreEqual(StoreError.TooLarge, e.Error);
        Assert.Contains("MaxBufferBytes", e.Message);
        Assert.AreEqual(0, source.Position);
    }

    [TestMethod]
    public async Task A_pipe_larger_than_its_plan_is_refused_naming_what_to_do()
    {
        var store = Store(Driver(new DriverCapabilities { MaxChunks = 2 }), Small);
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => store.PutAsync(new ImageId("a"), new Pipe(2_000_000)));
        Assert.AreEqual(StoreError.TooLarge, e.Error);
        Assert.Contains("ExpectedSize", e.Message);
        Assert.IsEmpty(_storage.Names);
    }

    [TestMethod]
    public async Task A_size_beyond_the_limit_is_refused_before_the_source_is_read()
    {
        var source = new MemoryStream(Image);
        var e = await Assert.ThrowsExactlyAsync<StoreException>(
            () => Store(Driver()).PutAsync(new ImageId("a"), source, new PutOptions { MaxSize = Image.Length - 1 }));
        Assert.AreEqual((StoreError.TooLarge, 0L), (e.Error, source.Position));
    }

    [TestMethod]
    public async Task A_store_that_needs_the_size_first_says_so()
    {
        var store = Store(Driver(new DriverCapabilities { NeedsSize = true }));
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => store.PutAsync(new ImageId("a"), new Pipe(10)));
        Assert.AreEqual(StoreError.Unsupported, e.Error);
        await store.PutAsync(new ImageId("a"), new Pipe(10), new PutOptions { ExpectedSize = 10 });
    }

    [TestMethod]
    public async Task A_source_that_cannot_be_told_to_stop_does_not_keep_a_cancelled_put()
    {
        using var cancel = new CancellationTokenSource();
        var stuck = new Pipe(long.MaxValue) { StuckAt = 100_000 };
        var put = Store(Driver()).PutAsync(new ImageId("a"), stuck, cancellationToken: cancel.Token);
        await stuck.Reached;
        await cancel.CancelAsync();
        await Assert.ThrowsExactlyAsync<OperationCanceledException>(() => put).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.IsGreaterThan(0, _budget.UsedBytes, "the buffer stays with the read that may still fill it");
        stuck.LetGo();
        await stuck.Ended;
        await UntilAsync(() => _budget.UsedBytes == 0);
    }

    [TestMethod]
    public async Task A_failed_put_gives_all_its_memory_back()
    {
        var driver = Driver();
        driver.OnWriteChunk = (chunk, _, write) => chunk.Index == 5 ? throw new StoreException(StoreError.OutOfSpace, "Full.") : write();
        await Assert.ThrowsExactlyAsync<StoreException>(() => Store(driver).PutAsync(new ImageId("a"), new MemoryStream(Image)));
        await UntilAsync(() => _budget.UsedBytes == 0);
    }

    [TestMethod]
    public async Task Sixteen_puts_at_once_stay_within_one_budget()
    {
        var store = Store(Driver());
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => store.PutAsync(new ImageId($"a{i}"), new Pipe(1_000_000))));
        Assert.HasCount(16, _storage.Names);
        await UntilAsync(() => _budget.UsedBytes == 0);
    }

    [TestMethod]
    public async Task Copies_whose_source_is_a_read_of_the_same_budget_all_end()
    {
        var store = Store(Driver());
        var receipt = await store.PutAsync(new ImageId("origin"), new MemoryStream(Image));
        await Parallel.ForAsync(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 24 }, async (i, token) =>
        {
            await using var source = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt), token);
            await store.PutAsync(new ImageId($"copy{i}"), source, cancellationToken: token);
        }).WaitAsync(TimeSpan.FromMinutes(3));
        Assert.HasCount(25, _storage.Names);
    }

    [TestMethod]
    public async Task What_the_source_throws_passes_through_unchanged()
    {
        var thrown = new InvalidDataException("The source is broken.");
        var e = await Assert.ThrowsExactlyAsync<InvalidDataException>(
            () => Store(Driver()).PutAsync(new ImageId("a"), new Pipe(1_000_000) { FailsAt = 500_000, Failure = thrown }));
        Assert.AreSame(thrown, e);
        Assert.IsEmpty(_storage.Names);
    }

    private ScriptedDriver Driver(DriverCapabilities? capabilities = null) =>
        new(new MemoryDriverOptions { Storage = _storage, Capabilities = capabilities ?? new DriverCapabilities() });

    private ImageStore Store(StoreDriver driver, ImageStoreOptions? options = null, TransferBudget? budget = null) =>
        new("test", driver, options ?? Small, budget ?? _budget);

    private static StoreException Stalled() => new(StoreError.Stalled, "No answer.") { IsTransient = true };

    private static StoreException Transient(string message) => new(StoreError.Unavailable, message) { IsTransient = true };

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
