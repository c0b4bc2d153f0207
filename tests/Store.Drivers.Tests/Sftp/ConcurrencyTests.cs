using System.Diagnostics;

namespace GlanceStore.Drivers.Sftp;

[TestClass]
[DoNotParallelize]
public sealed class ConcurrencyTests
{
    // The bytes of one write; and of one request to read, with what SSH puts around it.
    private const int WriteBytes = (32 << 10) - 64;
    private const int ReadRequestBytes = 68;

    private static readonly byte[] Image = SftpPlace.Bytes(2 << 20);

    // A pool of two threads serves 64 reads: were any of them to block one, all would stand still while the answers are held back.
    [TestMethod]
    public async Task Of_64_concurrent_reads_none_blocks_a_thread_of_the_pool()
    {
        await using var place = SftpPlace.New();
        var id = new ImageId("image");
        var bytes = SftpPlace.Bytes(1 << 20);
        await place.PutAsync(place.Options(), id, bytes);
        await using var proxy = new CuttingProxy(SftpServer.Port, delay: TimeSpan.FromMilliseconds(50));
        var options = place.Options() with { Port = proxy.Port, KnownHostsFile = null, AcceptUnknownHostKey = true, MaxRequests = 4 };
        await using var driver = new SftpDriver(options);
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.GetMaxThreads(out var mostWorkers, out var mostCompletions);
        try
        {
            Assert.IsTrue(ThreadPool.SetMinThreads(2, completions));
            Assert.IsTrue(ThreadPool.SetMaxThreads(Math.Max(2, Environment.ProcessorCount), mostCompletions));
            await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => ReadAsync(driver, id, bytes)));
        }
        finally
        {
            ThreadPool.SetMaxThreads(mostWorkers, mostCompletions);
            ThreadPool.SetMinThreads(workers, completions);
        }
    }

    // The answers are held back until several requests have come, which a client that waits for each of them never sends.
    [TestMethod]
    public async Task Of_one_chunk_many_writes_are_under_way_before_the_first_is_answered()
    {
        await using var place = SftpPlace.New();
        await using var proxy = new CuttingProxy(SftpServer.Port, delay: TimeSpan.FromMilliseconds(20));
        await using var driver = new SftpDriver(Through(place, proxy));
        await using var writer = await OpenAsync(driver, requests: 8);
        proxy.HoldAnswers(8 * WriteBytes);
        await writer.WriteChunkAsync(new Chunk(1, Image.Length, Image, 0, true), default);
    }

    [TestMethod]
    public async Task Of_one_image_many_reads_are_under_way_before_the_first_is_answered()
    {
        await using var place = SftpPlace.New();
        await place.PutAsync(place.Options(), new ImageId("image"), Image);
        await using var proxy = new CuttingProxy(SftpServer.Port);
        await using var driver = new SftpDriver(Through(place, proxy));
        await using var reader = await driver.OpenReadAsync(driver.LocationOf(new ImageId("image")), new ReadIntent(), default);
        proxy.HoldAnswers(16 * ReadRequestBytes);
        var read = new byte[Image.Length];
        Assert.AreEqual(read.Length, await reader.ReadAsync(read, default));
        CollectionAssert.AreEqual(Image, read);
    }

    [TestMethod]
    public async Task With_one_request_at_a_time_the_second_waits_for_the_answer_to_the_first_and_cancelling_does_not()
    {
        await using var place = SftpPlace.New();
        await using var proxy = new CuttingProxy(SftpServer.Port);
        await using var driver = new SftpDriver(Through(place, proxy) with { MaxRequests = 1 });
        await using var writer = await OpenAsync(driver, requests: 1);
        using var cancelling = new CancellationTokenSource();
        proxy.HoldAnswers(2 * WriteBytes);
        var writing = writer.WriteChunkAsync(new Chunk(1, Image.Length, Image, 0, true), cancelling.Token).AsTask();
        while (proxy.Asked < WriteBytes)
        {
            Assert.IsFalse(writing.IsCompleted);
            await Task.Yield();
        }

        var watch = Stopwatch.StartNew();
        await cancelling.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => writing);
        Assert.IsLessThan(60, watch.Elapsed.TotalSeconds);
        Assert.IsLessThan(2 * WriteBytes, proxy.Asked);
        proxy.Answer();
    }

    // The library itself would wait for the answer for two minutes.
    [TestMethod]
    public async Task A_server_that_answers_nothing_any_more_does_not_keep_whoever_gives_up()
    {
        await using var place = SftpPlace.New();
        await place.PutAsync(place.Options(), new ImageId("image"), Image);
        await using var proxy = new CuttingProxy(SftpServer.Port);
        await using var driver = new SftpDriver(Through(place, proxy));
        var writer = await OpenAsync(driver, requests: 1);
        var reader = await driver.OpenReadAsync(driver.LocationOf(new ImageId("image")), new ReadIntent(), default);
        proxy.HoldAnswers(long.MaxValue);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(writer.DisposeAsync().AsTask(), reader.DisposeAsync().AsTask());
        Assert.IsLessThan(60, watch.Elapsed.TotalSeconds);
        proxy.Answer();
    }

    private static SftpDriverOptions Through(SftpPlace place, CuttingProxy proxy) =>
        place.Options() with { Port = proxy.Port, KnownHostsFile = null, AcceptUnknownHostKey = true };

    // Handles are opened by whoever finds none free, so the first chunk is written until there are as many as requests.
    private static async Task<DriverWriter> OpenAsync(SftpDriver driver, int requests)
    {
        var writer = await driver.OpenWriteAsync(ImageId.New(), new WriteIntent(WriteMode.CreateNew, 2 * Image.Length), default);
        for (var times = 0; times < requests; times++)
        {
            await writer.WriteChunkAsync(new Chunk(0, 0, Image, 0, false), default);
        }

        return writer;
    }

    private static async Task ReadAsync(SftpDriver driver, ImageId id, byte[] expected)
    {
        await using var reader = await driver.OpenReadAsync(driver.LocationOf(id), new ReadIntent(), default);
        var read = new byte[expected.Length];
        for (var count = 0; count < read.Length;)
        {
            count += await reader.ReadAsync(read.AsMemory(count), default);
        }

        CollectionAssert.AreEqual(expected, read);
    }
}
