using GlanceStore.Nbd.Exports;

namespace GlanceStore.Nbd.Tests;

/// <summary>Streams that serve one export: as many as needed and allowed, each for one request at a time.</summary>
[TestClass]
public sealed class ReaderPoolTests
{
    private static readonly byte[] Bytes = TestServer.Disk(1 << 20);

    [TestMethod]
    public async Task As_many_requests_are_under_way_as_there_may_be_streams_and_no_stream_has_two()
    {
        var streams = new List<WatchedStream>();
        await using var export = await NbdExport.OpenAsync("", Open, new NbdReaderOptions { MaxReaders = 3 });
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var buffer = new byte[1000];
            await export.ReadAsync(i * 5000, buffer, CancellationToken.None);
            Assert.IsTrue(Bytes.AsSpan(i * 5000, 1000).SequenceEqual(buffer));
        }));
        Assert.HasCount(3, streams);
        Assert.IsTrue(streams.All(stream => !stream.WasShared));
        await export.DisposeAsync();
        Assert.IsTrue(streams.All(stream => !stream.CanRead));

        Task<Stream> Open(CancellationToken cancellationToken)
        {
            var stream = new WatchedStream(Bytes);
            lock (streams)
            {
                streams.Add(stream);
            }

            return Task.FromResult<Stream>(stream);
        }
    }

    [TestMethod]
    public async Task Who_reads_on_gets_the_stream_that_stands_there()
    {
        await using var pool = new ReaderPool(new MemoryStream(Bytes), _ => Task.FromResult<Stream>(new MemoryStream(Bytes)), 2);
        var first = await pool.RentAsync(0, CancellationToken.None);
        first.Position = 1000;
        await pool.ReturnAsync(first, isSound: true);
        var second = await pool.RentAsync(500_000, CancellationToken.None);
        Assert.AreNotSame(first, second, "another one is opened rather than moving one that reads on");
        second.Position = 501_000;
        await pool.ReturnAsync(second, isSound: true);
        var again = await pool.RentAsync(1000, CancellationToken.None);
        Assert.AreSame(first, again);
        await pool.ReturnAsync(again, isSound: true);
        var near = await pool.RentAsync(499_000, CancellationToken.None);
        Assert.AreSame(second, near);
        await pool.ReturnAsync(near, isSound: true);
    }

    [TestMethod]
    public async Task A_stream_that_failed_is_replaced_and_one_that_cannot_be_opened_costs_no_turn()
    {
        var (opened, fails) = (0, false);
        await using var pool = new ReaderPool(new MemoryStream(Bytes), _ => fails ? throw new StoreException(StoreError.Unavailable, "away") : Opened(), 1);
        var first = await pool.RentAsync(0, CancellationToken.None);
        await pool.ReturnAsync(first, isSound: false);
        Assert.IsFalse(first.CanRead);
        fails = true;
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsExactlyAsync<StoreException>(async () => await pool.RentAsync(0, CancellationToken.None));
        }

        fails = false;
        await pool.ReturnAsync(await pool.RentAsync(0, CancellationToken.None), isSound: true);
        Assert.AreEqual(1, opened);

        Task<Stream> Opened()
        {
            opened++;
            return Task.FromResult<Stream>(new MemoryStream(Bytes));
        }
    }

    [TestMethod]
    public async Task A_stream_of_another_length_is_not_of_the_same_bytes()
    {
        await using var pool = new ReaderPool(new MemoryStream(Bytes), _ => Task.FromResult<Stream>(new MemoryStream(Bytes, 0, 1000)), 2);
        var first = await pool.RentAsync(0, CancellationToken.None);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () => await pool.RentAsync(0, CancellationToken.None));
        Assert.AreEqual(StoreError.Changed, error.Error);
        await pool.ReturnAsync(first, isSound: true);
    }

    [TestMethod]
    public async Task The_only_stream_serves_on_after_a_read_that_failed()
    {
        await using var export = NbdExport.FromStream("", new ShortStream(2000, 1000));
        var buffer = new byte[1000];
        Assert.AreEqual(StoreError.Corrupted, (await Assert.ThrowsExactlyAsync<StoreException>(async () => await export.ReadAsync(500, buffer, CancellationToken.None))).Error);
        await export.ReadAsync(0, buffer, CancellationToken.None);
    }

    [TestMethod]
    public void A_stream_that_cannot_be_sought_is_no_export() =>
        Assert.ThrowsExactly<ArgumentException>(() => NbdExport.FromStream("", new System.IO.Compression.GZipStream(Stream.Null, System.IO.Compression.CompressionMode.Decompress)));

    private sealed class WatchedStream(byte[] bytes) : MemoryStream(bytes)
    {
        private int _underWay;

        public bool WasShared { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            WasShared |= Interlocked.Increment(ref _underWay) > 1;
            await Task.Yield();
            var read = Read(buffer.Span[..Math.Min(buffer.Length, 300)]);
            Interlocked.Decrement(ref _underWay);
            return read;
        }
    }
}
