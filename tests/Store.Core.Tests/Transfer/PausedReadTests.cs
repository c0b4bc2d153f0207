using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using static GlanceStore.Core.Tests.Transfer.SampleBytes;

namespace GlanceStore.Core.Tests.Transfer;

/// <summary>Consumers that stop reading, beside others that do not, in the default memory.</summary>
[TestClass]
public sealed class PausedReadTests
{
    private const int Chunk = 4 << 20;
    private const int Paused = 12;
    private static readonly ImageStoreOptions Options = new() { ChunkBytes = Chunk, StallTimeout = TimeSpan.FromSeconds(30) };
    private static readonly byte[] Image = Bytes(Chunk + 4711);

    private readonly TransferBudget _budget = new();
    private readonly ScriptedDriver _driver = new();
    private readonly ImageStore _store;

    public PausedReadTests() => _store = new ImageStore("s", _driver, Options, _budget);

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Downloads_that_have_paused_keep_nobody_waiting_and_go_on_with_the_right_bytes(bool isVerified)
    {
        var receipt = await _store.PutAsync(new ImageId("large"), new MemoryStream(Image));
        var small = await _store.PutAsync(new ImageId("small"), new MemoryStream(new byte[1000]));
        var options = isVerified ? ReadOptions.Verify(receipt) : new ReadOptions { ExpectedDigests = [receipt.Checksum!] };
        var paused = new List<ImageReadStream>();
        for (var i = 0; i < Paused; i++)
        {
            var stream = await _store.OpenReadAsync(receipt.Location, options);
            await stream.ReadExactlyAsync(new byte[4096]);
            paused.Add(stream);
        }

        await using (var live = await _store.OpenReadAsync(small.Location, ReadOptions.Verify(small)))
        {
            Assert.AreEqual(1000, (await ReadAllAsync(live)).Length);
        }

        await using (var live = await _store.OpenReadAsync(receipt.Location, options))
        {
            AssertSame(Image, await ReadAllAsync(live));
        }

        await _store.PutAsync(new ImageId("other"), new MemoryStream(Image));
        Assert.IsLessThanOrEqualTo(_budget.Bytes, _budget.UsedBytes);
        foreach (var stream in paused)
        {
            AssertSame(Image[4096..], await ReadAllAsync(stream));
            await stream.DisposeAsync();
        }

        Assert.AreEqual(0, _budget.UsedBytes);
    }

    [TestMethod]
    public async Task A_copy_to_a_peer_that_takes_nothing_more_keeps_nobody_waiting()
    {
        var receipt = await _store.PutAsync(new ImageId("large"), new MemoryStream(Image));
        var (peers, copies, streams) = (new List<StuckStream>(), new List<Task>(), new List<ImageReadStream>());
        for (var i = 0; i < Paused; i++)
        {
            peers.Add(new StuckStream());
            streams.Add(await _store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt)));
            copies.Add(streams[^1].CopyToAsync(peers[^1]));
            await peers[^1].IsStuck;
        }

        await using (var live = await _store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt)))
        {
            AssertSame(Image, await ReadAllAsync(live));
        }

        for (var i = 0; i < Paused; i++)
        {
            peers[i].GoOn();
            await copies[i];
            AssertSame(Image, peers[i].Taken);
            await streams[i].DisposeAsync();
        }

        Assert.AreEqual(0, _budget.UsedBytes);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_peer_is_lent_whole_pieces_where_that_was_asked_for_and_gets_copies_else(bool lends)
    {
        var receipt = await _store.PutAsync(new ImageId("large"), new MemoryStream(Image));
        var peer = new MeasuringStream();
        await using (var stream = await _store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt) with { LendsPieces = lends }))
        {
            await stream.CopyToAsync(peer, 100_000);
        }

        AssertSame(Image, peer.ToArray());
        Assert.AreEqual(lends, peer.Longest == Chunk, $"The longest write had {peer.Longest} bytes.");
        Assert.AreEqual(0, _budget.UsedBytes);
    }

    [TestMethod]
    public async Task A_piece_that_is_another_one_when_it_is_fetched_again_is_never_spliced_to_the_first()
    {
        var receipt = await _store.PutAsync(new ImageId("large"), new MemoryStream(Image));
        var flip = false;
        _driver.OnOpenRead = async (_, intent, _, call) => flip ? new Flipped(await call()) : await call();
        await using var stopped = await _store.OpenReadAsync(receipt.Location, new ReadOptions { ExpectedDigests = [receipt.Checksum!] });
        await stopped.ReadExactlyAsync(new byte[4096]);
        flip = true;
        var others = new List<ImageReadStream>();
        for (var i = 0; i < Paused; i++)
        {
            others.Add(await _store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt)));
        }

        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => ReadAllAsync(stopped));
        Assert.AreEqual(StoreError.Changed, error.Error);
        foreach (var other in others)
        {
            await other.DisposeAsync();
        }
    }

    private static void AssertSame(byte[] expected, byte[] actual) =>
        Assert.IsTrue(expected.AsSpan().SequenceEqual(actual), "Other bytes came.");

    /// <summary>Every byte it reads is another one, as if the image were another one of the same version.</summary>
    private sealed class Flipped(DriverReader inner) : DriverReader
    {
        public override StoredObject Object => inner.Object;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            buffer.Span[..count].Fill(0x5a);
            return count;
        }

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    /// <summary>A peer that takes one write and then waits.</summary>
    private sealed class StuckStream : MemoryStream
    {
        private readonly TaskCompletionSource _stuck = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _on = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsStuck => _stuck.Task;

        public byte[] Taken => ToArray();

        public void GoOn() => _on.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            _stuck.TrySetResult();
            await _on.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>A peer, which cannot be sought, and the longest write to it.</summary>
    private sealed class MeasuringStream : MemoryStream
    {
        public int Longest { get; private set; }

        public override bool CanSeek => false;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Longest = Math.Max(Longest, buffer.Length);
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
