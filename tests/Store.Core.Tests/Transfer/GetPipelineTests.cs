using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using static GlanceStore.Core.Tests.Transfer.SampleBytes;

namespace GlanceStore.Core.Tests.Transfer;

[TestClass]
public sealed partial class GetPipelineTests
{
    private const int Chunk = 64 << 10;
    private static readonly ImageStoreOptions Small = new() { ChunkBytes = Chunk, RetryDelay = TimeSpan.Zero, MaxAttempts = 3 };
    private static readonly byte[] Image = Bytes(10 * Chunk + 17);

    private readonly MemoryStorage _storage = new();
    private readonly TransferBudget _budget = new(1 << 20);

    [TestMethod]
    public async Task A_body_that_breaks_goes_on_at_the_same_byte_of_the_same_version()
    {
        var intents = new List<ReadIntent>();
        var driver = Driver();
        driver.OnOpenRead = async (_, intent, _, open) =>
        {
            intents.Add(intent);
            var reader = await open();
            return intents.Count <= 2 ? new BreakingReader(reader, 1000) : reader;
        };
        var receipt = await PutAsync();
        await using var stream = await Store(driver).OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
        Assert.IsTrue(intents.Skip(1).Any(intent => intent.Range?.Offset % Chunk == 1000), "it was opened in the middle of a chunk");
        Assert.IsTrue(intents.Skip(1).All(intent => intent.VersionTag == stream.Object.VersionTag));
    }

    [TestMethod]
    public async Task A_read_of_no_bytes_waits_until_the_next_ones_are_here_and_takes_none()
    {
        var receipt = await PutAsync();
        var (driver, go) = (Driver(), new TaskCompletionSource());
        driver.OnOpenRead = async (_, _, _, open) => new GatedReader(await open(), go.Task);
        await using var stream = await Store(driver).OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
        var waiting = stream.ReadAsync(Memory<byte>.Empty).AsTask();
        Assert.IsFalse(waiting.IsCompleted);
        go.SetResult();
        Assert.AreEqual(0, await waiting);
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
        Assert.AreEqual(0, await stream.ReadAsync(Memory<byte>.Empty));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_range_whose_body_breaks_goes_on_where_pieces_are_fetched_one_after_the_other(bool verified)
    {
        var receipt = await PutAsync();
        var driver = Driver();
        driver.OnOpenRead = async (_, _, _, open) => new BreakingReader(await open(), 5000);
        var options = (verified ? ReadOptions.Verify(receipt) : new ReadOptions()) with { Range = new ByteRange((2 * Chunk) + 100, 1000) };
        await using var stream = await Store(driver, options: Small with { Parallelism = 1 }).OpenReadAsync(receipt.Location, options);
        CollectionAssert.AreEqual(Image[((2 * Chunk) + 100)..((2 * Chunk) + 1100)], await ReadAllAsync(stream));
    }

    // Seen of HttpClient: a cancellation that comes while the last bytes do gives them, and closes the connection.
    [TestMethod]
    public async Task A_seek_does_not_go_on_with_an_answer_that_was_called_off_while_its_last_bytes_came()
    {
        var receipt = await PutAsync();
        var driver = Driver();
        var opened = 0;
        driver.OnOpenRead = async (_, _, _, open) => opened++ == 0 ? new CalledOffReader(await open(), Chunk) : await open();
        await using var stream = await Store(driver, options: Small with { Parallelism = 1 }).OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
        var bytes = new byte[10];
        await stream.ReadExactlyAsync(bytes); // and the second chunk is on its way
        stream.Position = 2 * Chunk;
        await stream.ReadExactlyAsync(bytes);
        Assert.AreSequenceEqual(Image[(2 * Chunk)..((2 * Chunk) + 10)], bytes);
        Assert.AreEqual(2, opened);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_range_asks_for_no_more_than_its_pieces_where_they_are_fetched_one_after_the_other(bool verified)
    {
        var ranges = new List<ByteRange?>();
        var receipt = await PutAsync();
        var driver = Driver();
        driver.OnOpenRead = (_, intent, _, open) =>
        {
            ranges.Add(intent.Range);
            return open();
        };
        var options = (verified ? ReadOptions.Verify(receipt) : new ReadOptions()) with { Range = new ByteRange((3 * Chunk) - 10, 20) };
        await using var stream = await Store(driver, options: Small with { Parallelism = 1 }).OpenReadAsync(receipt.Location, options);
        CollectionAssert.AreEqual(Image[((3 * Chunk) - 10)..((3 * Chunk) + 10)], await ReadAllAsync(stream));
        Assert.HasCount(1, ranges);
        Assert.IsLessThanOrEqualTo(2L * Chunk, ranges[0]!.Value.Length!.Value);
    }

    [TestMethod]
    public async Task Pieces_that_memory_keeps_small_come_with_one_answer_and_not_with_a_request_each()
    {
        var opened = 0;
        var receipt = await PutAsync();
        var driver = Driver();
        driver.OnOpenRead = (_, _, _, open) =>
        {
            Interlocked.Increment(ref opened);
            return open();
        };
        await using var stream = await Store(driver, new TransferBudget(256 << 10)).OpenReadAsync(receipt.Location);
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
        Assert.AreEqual(1, opened);
    }

    [TestMethod]
    public async Task Pieces_without_a_manifest_are_as_long_as_the_backend_likes_them()
    {
        var lengths = new List<long?>();
        var driver = Driver(new DriverCapabilities { PreferredChunkBytes = 3 << 20 });
        driver.OnOpenRead = (_, intent, _, open) =>
        {
            lock (lengths)
            {
                lengths.Add(intent.Range?.Length);
            }

            return open();
        };
        var store = Store(driver, new TransferBudget());
        var receipt = await store.PutAsync(new ImageId("b"), new Pipe(10 << 20));
        await using var stream = await store.OpenReadAsync(receipt.Location);
        await stream.CopyToAsync(Stream.Null);
        CollectionAssert.AreEquivalent(new long?[] { 3 << 20, 3 << 20, 3 << 20, 1 << 20 }, lengths);
    }

    [TestMethod]
    public async Task A_body_that_breaks_more_often_than_there_are_attempts_is_read_as_long_as_it_gets_on()
    {
        var driver = Driver();
        driver.OnOpenRead = async (_, _, _, open) => new BreakingReader(await open(), 5000);
        var receipt = await PutAsync();
        await using var stream = await Store(driver).OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
    }

    [TestMethod]
    public async Task A_body_that_breaks_is_not_continued_where_neither_a_version_nor_a_digest_would_show_another_image()
    {
        var driver = Driver();
        driver.OnOpenRead = async (_, _, _, open) => new UnversionedReader(new BreakingReader(await open(), 5000));
        var receipt = await PutAsync();
        await using var plain = await Store(driver).OpenReadAsync(receipt.Location);
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => ReadAllAsync(plain));
        Assert.AreEqual((StoreError.Unsupported, false), (e.Error, e.IsTransient));
        await using var verified = await Store(driver).OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
        CollectionAssert.AreEqual(Image, await ReadAllAsync(verified));
    }

    [TestMethod]
    public async Task A_range_or_a_position_beyond_all_numbers_is_beyond_the_end()
    {
        var receipt = await PutAsync();
        var store = Store(Driver());
        var e = await Assert.ThrowsExactlyAsync<StoreException>(
            () => store.OpenReadAsync(receipt.Location, new ReadOptions { Range = new ByteRange(long.MaxValue) }));
        Assert.AreEqual(StoreError.InvalidRange, e.Error);
        await using var stream = await store.OpenReadAsync(receipt.Location, new ReadOptions { Range = new ByteRange(1000) });
        stream.Position = long.MaxValue;
        Assert.AreEqual(0, await stream.ReadAsync(new byte[1]));
    }

    [TestMethod]
    public async Task A_small_range_without_a_manifest_moves_little()
    {
        var moved = 0L;
        var driver = Driver();
        driver.OnOpenRead = async (_, _, _, open) => new CountingReader(await open(), count => Interlocked.Add(ref moved, count));
        var receipt = await PutAsync();
        await using var stream = await Store(driver).OpenReadAsync(receipt.Location, new ReadOptions { Range = new ByteRange(100_000, 10) });
        CollectionAssert.AreEqual(Image[100_000..100_010], await ReadAllAsync(stream));
        Assert.IsLessThanOrEqualTo(64 << 10, moved);
    }

    [TestMethod]
    public async Task A_verified_image_that_is_read_a_second_time_is_not_called_verified_again()
    {
        var receipt = await PutAsync();
        await using var stream = await Store(Driver()).OpenReadAsync(receipt.Location, new ReadOptions { ExpectedDigests = [receipt.Checksum!] });
        await ReadAllAsync(stream);
        Assert.AreEqual(ReadVerification.Digest, stream.Verdict.Verification);
        stream.Position = 0;
        await ReadAllAsync(stream);
        Assert.AreEqual(ReadVerification.None, stream.Verdict.Verification);
    }

    [TestMethod]
    public async Task An_image_replaced_while_it_is_read_is_never_spliced()
    {
        var receipt = await PutAsync();
        var store = Store(Driver());
        var driver = Driver();
        var opens = 0;
        driver.OnOpenRead = async (_, _, _, open) =>
        {
            var reader = await open();
            if (opens++ == 0)
            {
                await store.PutAsync(new ImageId("a"), new MemoryStream(Image), new PutOptions { Mode = WriteMode.Replace });
                return new BreakingReader(reader, 1000);
            }

            return reader;
        };
        await using var broken = await Store(driver).OpenReadAsync(receipt.Location);
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => ReadAllAsync(broken));
        Assert.AreEqual((StoreError.Changed, "read"), (e.Error, e.Operation));
    }

    [TestMethod]
    [DataRow(true, "aa", null)]
    [DataRow(true, "bb", StoreError.Changed)]
    [DataRow(true, null, StoreError.Changed)]
    [DataRow(false, "aa", StoreError.Changed)]
    public async Task A_version_whose_tag_alone_is_new_is_gone_on_with_where_the_bytes_are_verified(bool isVerified, string? digest, StoreError? expected)
    {
        var receipt = await PutAsync();
        var store = Store(Driver());
        var driver = Driver();
        var opens = 0;
        driver.OnOpenRead = async (_, _, _, open) =>
        {
            var first = opens++ == 0;
            var reader = new ToldReader(await open(), first ? "aa" : digest);
            if (!first)
            {
                return reader;
            }

            await store.PutAsync(new ImageId("a"), new MemoryStream(Image), new PutOptions { Mode = WriteMode.Replace });
            return new BreakingReader(reader, 1000);
        };
        await using var stream = await Store(driver).OpenReadAsync(receipt.Location, isVerified ? ReadOptions.Verify(receipt) : null);
        if (expected is null)
        {
            CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
            return;
        }

        Assert.AreEqual(expected, (await Assert.ThrowsExactlyAsync<StoreException>(() => ReadAllAsync(stream))).Error);
    }

    [TestMethod]
    public async Task A_corrupted_chunk_is_refused_before_a_byte_of_it_and_the_others_are_not()
    {
        var receipt = await PutAsync();
        _storage.Corrupt("a", (3 * Chunk) + 5);
        await using var stream = await Store(Driver()).OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
        var good = new byte[3 * Chunk];
        await stream.ReadExactlyAsync(good);
        CollectionAssert.AreEqual(Image[..(3 * Chunk)], good);
        for (var again = 0; again < 2; again++)
        {
            var e = await Assert.ThrowsExactlyAsync<StoreException>(() => stream.ReadAsync(good).AsTask());
            Assert.AreEqual(StoreError.Corrupted, e.Error);
        }

        stream.Position = 4 * Chunk;
        await stream.ReadExactlyAsync(good);
        CollectionAssert.AreEqual(Image[(4 * Chunk)..(7 * Chunk)], good);
    }

    [TestMethod]
    public async Task A_wrong_digest_is_thrown_by_the_read_that_would_return_0()
    {
        var receipt = await PutAsync();
        _storage.Corrupt("a", 5);
        await using var stream = await Store(Driver()).OpenReadAsync(receipt.Location, new ReadOptions { ExpectedDigests = [receipt.MultiHash!] });
        await stream.ReadExactlyAsync(new byte[Image.Length]);
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => stream.ReadAsync(new byte[1]).AsTask());
        Assert.AreEqual(StoreError.Corrupted, e.Error);
        Assert.AreEqual(ReadVerification.None, stream.Verdict.Verification);
    }

    // With room for one piece all of them come in one buffer: what is fetched into it too early is digested in place of what was read.
    [TestMethod]
    public async Task A_piece_is_digested_while_it_is_written_and_before_the_next_one_comes_into_its_buffer()
    {
        var receipt = await PutAsync();
        var store = Store(Driver(), new TransferBudget(Chunk), Small with { Parallelism = 1 });
        for (var round = 0; round < 50; round++)
        {
            await using var stream = await store.OpenReadAsync(receipt.Location, new ReadOptions { ExpectedDigests = [receipt.Checksum!, receipt.MultiHash!] });
            CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
            Assert.AreEqual(ReadVerification.Digest, stream.Verdict.Verification);
        }
    }

    [TestMethod]
    public async Task A_stream_says_what_was_verified_and_why_not()
    {
        var receipt = await PutAsync();
        var store = Store(Driver());
        await using (var whole = await store.OpenReadAsync(receipt.Location, new ReadOptions { ExpectedDigests = [receipt.Checksum!] }))
        {
            Assert.Contains("not reached", whole.Verdict.Reason);
            await ReadAllAsync(whole);
            Assert.AreEqual(ReadVerification.Digest, whole.Verdict.Verification);
        }

        await using (var jumping = await store.OpenReadAsync(receipt.Location, new ReadOptions { ExpectedDigests = [receipt.Checksum!] }))
        {
            jumping.Position = Image.Length - 1;
            await ReadAllAsync(jumping);
            Assert.AreEqual(ReadVerification.None, jumping.Verdict.Verification);
            Assert.Contains("not read once and in order", jumping.Verdict.Reason);
        }

        await using var plain = await store.OpenReadAsync(receipt.Location);
        Assert.AreEqual(ReadVerification.None, plain.Verdict.Verification);
    }

    [TestMethod]
    public async Task A_range_of_a_verified_image_moves_only_the_chunks_it_touches()
    {
        var moved = 0L;
        var driver = Driver();
        driver.OnOpenRead = async (_, intent, _, open) => new CountingReader(await open(), count => Interlocked.Add(ref moved, count));
        var receipt = await PutAsync();
        var options = ReadOptions.Verify(receipt) with { Range = new ByteRange((2 * Chunk) - 10, 20) };
        await using var stream = await Store(driver).OpenReadAsync(receipt.Location, options);
        CollectionAssert.AreEqual(Image[((2 * Chunk) - 10)..((2 * Chunk) + 10)], await ReadAllAsync(stream));
        Assert.AreEqual(2 * Chunk, moved);
    }

    [TestMethod]
    public async Task A_store_without_ranges_is_read_from_start_to_end_and_nothing_else()
    {
        var receipt = await PutAsync();
        var store = Store(Driver(new DriverCapabilities { CanReadRanges = false }));
        await using var stream = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
        Assert.IsFalse(stream.CanSeek);
        Assert.ThrowsExactly<NotSupportedException>(() => stream.Position = 1);
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
        var e = await Assert.ThrowsExactlyAsync<StoreException>(
            () => store.OpenReadAsync(receipt.Location, new ReadOptions { Range = new ByteRange(1) }));
        Assert.AreEqual(StoreError.Unsupported, e.Error);
    }

    [TestMethod]
    public async Task A_stored_image_of_another_size_than_its_manifest_is_refused_at_once()
    {
        var receipt = await PutAsync();
        var store = Store(Driver());
        await store.PutAsync(new ImageId("a"), new MemoryStream(Image[..^1]), new PutOptions { Mode = WriteMode.Replace });
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt)));
        Assert.AreEqual(StoreError.Corrupted, e.Error);
    }

    [TestMethod]
    public async Task A_manifest_too_large_for_the_memory_there_is_is_refused_naming_the_option()
    {
        var receipt = await PutAsync();
        var store = Store(Driver(), new TransferBudget(64 << 10));
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt)));
        Assert.AreEqual(StoreError.TooLarge, e.Error);
        Assert.Contains("MaxBufferBytes", e.Message);
    }

    [TestMethod]
    public async Task A_cancelled_read_can_be_made_again()
    {
        var gate = new TaskCompletionSource();
        var driver = Driver();
        driver.OnOpenRead = async (_, _, _, open) => new GatedReader(await open(), gate.Task);
        var receipt = await PutAsync();
        await using var stream = await Store(driver).OpenReadAsync(receipt.Location);
        using var cancel = new CancellationTokenSource();
        var read = stream.ReadAsync(new byte[10], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => read);
        gate.SetResult();
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stream));
    }

    [TestMethod]
    public async Task A_location_of_another_store_or_scheme_is_refused()
    {
        var store = Store(Driver());
        foreach (var location in new[] { new ImageLocation("memory://images/a", "other"), new ImageLocation("s3://images/a", null), new ImageLocation("memory://else/a", null) })
        {
            var e = await Assert.ThrowsExactlyAsync<StoreException>(() => store.OpenReadAsync(location));
            Assert.AreEqual(StoreError.InvalidLocation, e.Error);
        }
    }

    private Task<ImageReceipt> PutAsync() => Store(Driver()).PutAsync(new ImageId("a"), new MemoryStream(Image));

    private ScriptedDriver Driver(DriverCapabilities? capabilities = null) =>
        new(new MemoryDriverOptions { Storage = _storage, Capabilities = capabilities ?? new DriverCapabilities() });

    private ImageStore Store(StoreDriver driver, TransferBudget? budget = null, ImageStoreOptions? options = null) =>
        new("test", driver, options ?? Small, budget ?? _budget);
}
