using System.Diagnostics;

namespace GlanceStore.Drivers.Sftp;

[TestClass]
[DoNotParallelize]
public sealed class ConcurrencyTests
{
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

    [TestMethod]
    public async Task Through_20_ms_of_delay_a_put_is_more_than_5_times_as_fast_as_one_request_at_a_time()
    {
        await using var place = SftpPlace.New();
        await using var proxy = new CuttingProxy(SftpServer.Port, delay: TimeSpan.FromMilliseconds(20));
        var options = place.Options() with { Port = proxy.Port, KnownHostsFile = null, AcceptUnknownHostKey = true };
        var bytes = SftpPlace.Bytes(4 << 20);
        var pipelined = await TimeAsync(options, bytes);
        var oneByOne = await TimeAsync(options with { MaxRequests = 1 }, bytes);
        Assert.IsGreaterThan(5 * pipelined.TotalSeconds, oneByOne.TotalSeconds, $"{pipelined} pipelined, {oneByOne} one request at a time");
    }

    private static async Task<TimeSpan> TimeAsync(SftpDriverOptions options, byte[] bytes)
    {
        await using var driver = new SftpDriver(options);
        await using var writer = await driver.OpenWriteAsync(ImageId.New(), new WriteIntent(WriteMode.CreateNew, bytes.Length), default);
        await writer.WriteChunkAsync(new Chunk(0, 0, bytes.AsMemory(0, 1 << 20), 0, false), default);
        var watch = Stopwatch.StartNew();
        await writer.WriteChunkAsync(new Chunk(1, 1 << 20, bytes, 0, true), default);
        return watch.Elapsed;
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
