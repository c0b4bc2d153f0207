using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using GlanceStore.Diagnostics;
using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using Microsoft.Extensions.Time.Testing;
using static GlanceStore.Core.Tests.Transfer.SampleBytes;

namespace GlanceStore.Core.Tests.Transfer;

/// <content>Stores that answer late where a test says so, on a clock that the test moves.</content>
public sealed partial class HedgedReadTests
{
    private const int Chunk = 16 << 10;
    private const int LatePiece = 60;
    private static readonly TimeSpan After = TimeSpan.FromMilliseconds(1);
    private static readonly ImageId Id = new("a");

    private readonly FakeTimeProvider _time = new();
    private readonly Dictionary<string, MemoryStorage> _storages = [];
    private readonly Dictionary<string, ScriptedDriver> _drivers = [];
    private readonly Dictionary<string, ConcurrentQueue<TaskCompletionSource>> _gates = [];
    private readonly ConcurrentQueue<(string Store, ReadIntent Intent)> _opened = new();
    private readonly string _run = Guid.NewGuid().ToString("N");
    private TransferBudget _budget = new(1 << 20);
    private byte[] _image = Bytes((90 * Chunk) + 17);
    private int _pieceBytes = Chunk;
    private int _cancelled;
    private int _latePiece = LatePiece;

    private async Task AssertNotHedgedAsync(ImageStores stores, ImageReceipt[] receipts, ReadOptions options, TaskCompletionSource gate)
    {
        var used = _budget.UsedBytes;
        await using (var stream = await OpenAsync(stores, receipts, options))
        {
            var all = ReadAllAsync(stream);
            await PassUntilAsync(() => _gates["a"].IsEmpty);
            for (var i = 0; i < 1000; i++)
            {
                _time.Advance(After);
                await Task.Yield();
            }

            Assert.IsFalse(all.IsCompleted);
            gate.SetResult();
            CollectionAssert.AreEqual(_image, await all);
        }

        Assert.AreEqual((0, 0), (_cancelled, OpensOf("b").Length));
        Assert.HasCount(OpensOf("a").Select(intent => intent.Range).Distinct().Count(), OpensOf("a"));
        Assert.AreEqual(used, _budget.UsedBytes);
    }

    private ImageStores Stores(params string[] ids) => new(
        ids.Select((id, i) => new ImageStore(NameOf(id), Driver(id),
            new ImageStoreOptions { ChunkBytes = Chunk, StallTimeout = TimeSpan.FromHours(6), RetryDelay = TimeSpan.Zero, Weight = ids.Length - i }, _budget, time: _time)),
        NameOf(ids[0]));

    private string NameOf(string id) => $"{id}-{_run}";

    private ScriptedDriver Driver(string id, DriverCapabilities? capabilities = null)
    {
        if (!_drivers.TryGetValue(id, out var driver))
        {
            (_storages[id], _gates[id]) = (new MemoryStorage(), new ConcurrentQueue<TaskCompletionSource>());
            _drivers[id] = driver = new ScriptedDriver(
                new MemoryDriverOptions { Name = NameOf(id), Storage = _storages[id], Capabilities = capabilities ?? new DriverCapabilities() });
            Watch(id, (reader, _) => reader);
        }

        return driver;
    }

    // Without a manifest: pieces of the least length that is worth a request each, and enough of them before the late one.
    private void ReadWithoutManifest() =>
        (_budget, _pieceBytes, _latePiece, _image) = (new TransferBudget(8 << 20), 1 << 20, 25, Bytes((30 << 20) + 17));

    // The next time that the late piece is asked for, nothing comes before the gate is open.
    private TaskCompletionSource MakeLate(string id)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _gates[id].Enqueue(gate);
        return gate;
    }

    private void Watch(string id, Func<DriverReader, ReadIntent, DriverReader> wrap) => _drivers[id].OnOpenRead = async (_, intent, token, open) =>
    {
        _opened.Enqueue((id, intent));
        var late = _latePiece * _pieceBytes;
        if (intent.Range is { Length: { } length } range && range.Offset <= late && range.Offset + length > late && _gates[id].TryDequeue(out var gate))
        {
            await WaitAsync(gate.Task, token);
        }

        return wrap(await open(), intent);
    };

    private async Task WaitAsync(Task gate, CancellationToken cancellationToken)
    {
        try
        {
            await gate.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _cancelled);
            throw;
        }
    }

    private ReadIntent[] OpensOf(string id) => [.. _opened.Where(open => open.Store == id).Select(open => open.Intent)];

    private async Task<T> PassAsync<T>(Task<T> task)
    {
        await PassUntilAsync(() => task.IsCompleted);
        return await task;
    }

    private async Task PassUntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            _time.Advance(After);
            await Task.Yield();
        }
    }

    private MeterListener ListenForHedges(ConcurrentQueue<string?> hedges)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == StoreInstruments.Name && instrument.Name == "glancestore.hedges")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (tags[0].Value is string store && store.EndsWith(_run, StringComparison.Ordinal))
            {
                hedges.Enqueue(store);
            }
        });
        listener.Start();
        return listener;
    }

    private static ReadOptions Verified(ImageReceipt[] receipts) => ReadOptions.Verify(receipts[0]) with { HedgeAfter = After };

    private async Task<ImageReceipt[]> PutAsync(ImageStores stores) =>
        [.. (await stores.PutAsync(Id, new MemoryStream(_image), stores.Ids)).Receipts];

    private static Task<ImageReadStream> OpenAsync(ImageStores stores, ImageReceipt[] receipts, ReadOptions options) =>
        stores.OpenReadAsync(receipts.Select(receipt => receipt.Location), options);

    /// <summary>Gives so many bytes, and then nothing before the gate is open.</summary>
    private sealed class LateReader(DriverReader inner, long untilLate, Task gate) : WrappedReader(inner)
    {
        private long _left = untilLate;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            if (_left == 0)
            {
                await gate.WaitAsync(cancellationToken);
            }

            var most = _left > 0 ? (int)Math.Min(buffer.Length, _left) : buffer.Length;
            var count = await base.ReadAsync(buffer[..most], cancellationToken);
            _left -= count;
            return count;
        }
    }
}
