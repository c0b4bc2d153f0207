using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using Microsoft.Extensions.Time.Testing;

namespace GlanceStore.Core.Tests.Transfer;

/// <summary>Whoever cancels a put is let go within a second, whatever the driver still has to do; by a clock that only the test moves.</summary>
[TestClass]
public sealed class FarewellTests
{
    private const int Chunk = 64 << 10;
    private const long Length = 10 * Chunk;

    private static readonly ImageId Id = new("a");
    private static readonly ImageStoreOptions Options = new() { ChunkBytes = Chunk, RetryDelay = TimeSpan.Zero };
    private static readonly PutOptions Sized = new() { ExpectedSize = Length };

    // Nothing here takes as long, but what never ends.
    private static readonly TimeSpan Ever = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();
    private readonly MemoryStorage _storage = new();
    private readonly TransferBudget _budget = new(1 << 20);
    private readonly CancellationTokenSource _cancel = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ScriptedDriver _driver;

    public FarewellTests() => _driver = new ScriptedDriver(new MemoryDriverOptions { Storage = _storage });

    [TestMethod]
    public async Task A_put_cancelled_while_its_source_waits_ends_within_a_second_though_the_removal_of_its_upload_does_not()
    {
        _driver.OnDispose = HoldAsync;
        await using var store = NewStore();
        var source = new Pipe(Length) { StuckAt = 3 * Chunk };
        var put = store.PutAsync(Id, source, Sized, _cancel.Token);
        await source.Reached;
        await _cancel.CancelAsync();
        await _begun.Task;
        Assert.IsNull((await AssertLetGoAsync(put)).InnerException, "Nothing had been published.");
        source.LetGo();
        await AssertClosesAsync(store);
    }

    [TestMethod]
    [DataRow("open", 3 * Chunk)]
    [DataRow("commit", 3 * Chunk)]
    [DataRow("open", 100)]
    [DataRow("commit", 100)]
    public async Task A_put_cancelled_while_a_call_does_not_listen_ends_within_a_second_and_the_store_waits_for_the_call(string call, int size)
    {
        if (call == "open")
        {
            _driver.OnOpenWrite = HoldAsync;
        }

        _driver.OnCommit = async (_, _) =>
        {
            await HoldAsync();
            throw new OperationCanceledException();
        };
        await using var store = NewStore();
        var put = store.PutAsync(Id, new MemoryStream(new byte[size]), cancellationToken: _cancel.Token);
        await _begun.Task;
        await _cancel.CancelAsync();
        await AssertLetGoAsync(put);
        await AssertClosesAsync(store);
    }

    [TestMethod]
    [DataRow(3 * Chunk)]
    [DataRow(100)]
    public async Task A_put_cancelled_during_a_commit_that_succeeds_later_leaves_no_image(int size)
    {
        var names = 0;
        _driver.OnCommit = async (_, commit) =>
        {
            var stored = await commit();
            names = _storage.Names.Count;
            await HoldAsync();
            return stored;
        };
        await using var store = NewStore();
        var put = store.PutAsync(Id, new MemoryStream(new byte[size]), cancellationToken: _cancel.Token);
        await _begun.Task;
        await _cancel.CancelAsync();
        await AssertLetGoAsync(put);
        await AssertClosesAsync(store);
        Assert.AreEqual(1, names, "it was there");
    }

    [TestMethod]
    [DataRow(WriteMode.CreateNew, 3 * Chunk, "The image may be in 'test' already.")]
    [DataRow(WriteMode.CreateNew, 100, "The image may be in 'test' already.")]
    [DataRow(WriteMode.Replace, 3 * Chunk, "The image in 'test' may be replaced already.")]
    [DataRow(WriteMode.Replace, 100, "The image in 'test' may be replaced already.")]
    public async Task A_put_cancelled_while_the_answer_to_its_commit_is_open_says_where_the_image_may_be(WriteMode mode, int size, string words)
    {
        _driver.OnCommit = async (token, commit) =>
        {
            await commit();
            _begun.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        };
        await using var store = NewStore();
        var put = store.PutAsync(Id, new MemoryStream(new byte[size]), new PutOptions { Mode = mode }, _cancel.Token);
        await _begun.Task;
        await _cancel.CancelAsync();
        var error = await Assert.ThrowsExactlyAsync<OperationCanceledException>(() => put.WaitAsync(Ever));
        Assert.AreEqual(words, error.InnerException?.Message);
        Assert.AreEqual(_cancel.Token, error.CancellationToken);
    }

    [TestMethod]
    [DataRow(WriteMode.CreateNew, "a")]
    [DataRow(WriteMode.Replace, "a b")]
    public async Task A_copy_cancelled_while_the_backend_makes_it_is_let_go_and_leaves_no_image_but_one_that_has_replaced_another(WriteMode mode, string left)
    {
        var made = 0;
        _driver.OnCopy = async copy =>
        {
            var stored = await copy();
            made = _storage.Names.Count;
            await HoldAsync();
            return stored;
        };
        var from = new MemoryDriver(new MemoryDriverOptions { Name = "from", Storage = _storage });
        await using var stores = new ImageStores([new ImageStore("from", from, Options, _budget, time: _time), NewStore()], "from");
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(new byte[3 * Chunk]));
        if (mode == WriteMode.Replace)
        {
            await stores["test"].PutAsync(new ImageId("b"), new MemoryStream(new byte[100]));
        }

        var copying = stores.CopyAsync(receipt.Location, "test", CopyOptions.Verify(receipt) with { Id = new ImageId("b"), Mode = mode }, _cancel.Token);
        await _begun.Task;
        await _cancel.CancelAsync();
        await AssertLetGoAsync(copying);
        _goOn.SetResult();
        await stores.DisposeAsync();
        Assert.AreEqual(2, made, "it was there");
        Assert.AreEqual(left, string.Join(' ', _storage.Names.Order(StringComparer.Ordinal)));
    }

    [TestMethod]
    public async Task A_cancelled_put_that_one_store_has_published_ends_within_a_second_and_is_taken_back_all_the_same()
    {
        var other = new ScriptedDriver { OnCommit = async (token, _) => await Task.FromCanceled<StoredObject>(await CancelledAsync(token)) };
        await using var stores = new ImageStores([NewStore(), new ImageStore("other", other, Options, _budget, time: _time)], "test");
        _driver.BeforeDelete = HoldAsync;
        var put = stores.PutAsync(Id, new MemoryStream(new byte[3 * Chunk]), ["test", "other"], cancellationToken: _cancel.Token);
        await _begun.Task;
        await AssertLetGoAsync(put);
        Assert.IsNotEmpty(_storage.Names);
        _goOn.SetResult();
        await stores.DisposeAsync();
        Assert.IsEmpty(_storage.Names);
        Assert.AreEqual((1, 1), (_driver.Closed, other.Closed));

        async Task<CancellationToken> CancelledAsync(CancellationToken token)
        {
            await UntilAsync(() => _storage.Names.Count > 0);
            await _cancel.CancelAsync();
            return token;
        }
    }

    [TestMethod]
    public async Task A_put_that_fails_waits_for_the_removal_of_its_upload()
    {
        _driver.OnDispose = HoldAsync;
        await using var store = NewStore();
        var source = new Pipe(Length) { FailsAt = 3 * Chunk, Failure = new InvalidDataException("The source is broken.") };
        var put = store.PutAsync(Id, source, Sized, _cancel.Token);
        await _begun.Task;
        _time.Advance(TimeSpan.FromHours(1));
        Assert.IsFalse(put.IsCompleted);
        _goOn.SetResult();
        await Assert.ThrowsExactlyAsync<InvalidDataException>(() => put.WaitAsync(Ever));
    }

    [TestMethod]
    public async Task A_store_waits_half_a_minute_at_most_for_what_cancelled_puts_left()
    {
        _driver.OnDispose = HoldAsync;
        await using var store = NewStore();
        var source = new Pipe(Length) { StuckAt = 3 * Chunk };
        var put = store.PutAsync(Id, source, Sized, _cancel.Token);
        await source.Reached;
        await _cancel.CancelAsync();
        await _begun.Task;
        await AssertLetGoAsync(put);
        source.LetGo();
        var closing = store.DisposeAsync().AsTask();
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.IsFalse(closing.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await closing.WaitAsync(Ever);
        Assert.AreEqual(0, _driver.Closed, "what is under way still uses the driver");
        _goOn.SetResult();
        await UntilAsync(() => _driver.Closed == 1);
    }

    private ImageStore NewStore() => new("test", _driver, Options, _budget, time: _time);

    private async Task HoldAsync()
    {
        _begun.TrySetResult();
        await _goOn.Task;
    }

    private async Task<OperationCanceledException> AssertLetGoAsync(Task put)
    {
        Assert.IsFalse(put.IsCompleted, "what it has begun gets a moment");
        _time.Advance(TimeSpan.FromSeconds(1));
        return await Assert.ThrowsExactlyAsync<OperationCanceledException>(() => put.WaitAsync(Ever));
    }

    private async Task AssertClosesAsync(ImageStore store)
    {
        var closing = store.DisposeAsync().AsTask();
        Assert.IsFalse(closing.IsCompleted, "the store was closed before the driver was done");
        _goOn.SetResult();
        await closing.WaitAsync(Ever);
        Assert.AreEqual(1, _driver.Closed);
        Assert.AreEqual(_driver.Opened, _driver.Disposed);
        Assert.IsEmpty(_storage.Names);
        await UntilAsync(() => _budget.UsedBytes == 0);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Ever);
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
