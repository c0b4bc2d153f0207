namespace GlanceStore.Conformance;

/// <summary>Cancellation ends every operation within a second, at every step, as cancellation; and leaves nothing.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class CancellationSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(3)]
    public Task A_put_cancelled_while_a_call_waits_leaves_nothing_behind(int chunks) => WhereItWrites(() =>
    {
        var image = NewImage(Chunks(chunks, 1));
        return CancelAtEachStepAsync(
            (store, token) => store.PutAsync(image.Id, image.OpenSource(), Known(image), token), AssertNothingLeftAsync, image);
    });

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    public Task A_put_cancelled_before_any_of_its_calls_leaves_nothing_behind(int chunks) => WhereItWrites(() =>
        AtEachStepAsync(_ => { }, async (plan, spot, when) =>
        {
            var image = NewImage(Chunks(chunks, 1));
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            spot.Do(cancel.CancelAsync);
            await using (var store = await NewStoreAsync(plan))
            {
                await AssertEndsAsync(() => store.PutAsync(image.Id, image.OpenSource(), Known(image), cancel.Token), spot, when);
            }

            await (spot.HasFired ? AssertNothingLeftAsync(when) : AssertOnlyStoredAsync(image, when));
        }));

    [TestMethod]
    public Task A_put_cancelled_while_its_source_waits_leaves_nothing_behind() => WhereItWrites(async () =>
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var image = NewImage(Chunks(4));
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var source = new SyntheticStream(image.Content, image.Length)
        {
            StallAt = Chunks(2, 5),
            AfterRead = position => _ = position == Chunks(2, 5) && waits.TrySetResult(),
        };
        await using (var store = await NewStoreAsync(new FaultPlan()))
        {
            var put = store.PutAsync(image.Id, source, Known(image), cancel.Token);
            await await Task.WhenAny(waits.Task, put);
            await cancel.CancelAsync();
            await AssertCancelledAsync(put);
        }

        await AssertNothingLeftAsync();
    });

    [TestMethod]
    public async Task A_read_can_be_cancelled_while_a_call_waits()
    {
        var image = await SeedImageAsync(Chunks(3, 1));
        await CancelAtEachStepAsync((store, token) => ReadAllAsync(store, image, token), _ => Task.CompletedTask, null);
        AssertSame(image.Bytes, await ReadAsync(image));
    }

    [TestMethod]
    public async Task A_find_can_be_cancelled_while_it_waits()
    {
        var location = Store.LocationOf(NewId());
        await CancelAtEachStepAsync((store, token) => store.FindAsync(location, token), _ => Task.CompletedTask, null);
    }

    [TestMethod]
    public Task A_delete_can_be_cancelled_while_it_waits() => WhereItDeletes(async () =>
    {
        var location = Store.LocationOf(NewId());
        await CancelAtEachStepAsync((store, token) => store.DeleteAsync(location, cancellationToken: token), _ => Task.CompletedTask, null);
    });

    [TestMethod]
    public async Task What_is_cancelled_from_the_start_does_not_change_the_backend()
    {
        var image = await SeedImageAsync(Chunks(2));
        var cancelled = new CancellationToken(canceled: true);
        await AssertCancelledAsync(Store.FindAsync(LocationOf(image), cancelled));
        await AssertCancelledAsync(Store.OpenReadAsync(LocationOf(image), null, cancelled));
        if (Capabilities.CanDelete)
        {
            await AssertCancelledAsync(Store.DeleteAsync(LocationOf(image), cancellationToken: cancelled));
        }

        if (Capabilities.CanWrite)
        {
            await AssertCancelledAsync(Store.PutAsync(image.Id, image.OpenSource(), Known(image) with { Mode = WriteMode.Replace }, cancelled));
        }

        await AssertStoredAsync(image);
    }

    private static PutOptions Known(SampleImage image) => new() { ExpectedSize = image.Length };

    private static async Task ReadAllAsync(ImageStore store, SampleImage image, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(store.LocationOf(image.Id), null, cancellationToken);
        await stream.CopyToAsync(Stream.Null, cancellationToken);
    }

    // The call waits for good, so that only the cancellation can end it. What the driver goes on to remove afterwards, the store's closing waits for.
    private Task CancelAtEachStepAsync(
        Func<ImageStore, CancellationToken, Task> operation, Func<string, Task> afterwards, SampleImage? stored) =>
        AtEachStepAsync(spot => spot.Stall(), async (plan, spot, when) =>
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            await using (var store = await NewStoreAsync(plan))
            {
                var running = operation(store, cancel.Token);
                await Task.WhenAny(spot.Reached, running);
                if (!spot.Reached.IsCompleted)
                {
                    await running;
                    await (stored is null ? Task.CompletedTask : AssertOnlyStoredAsync(stored, when));
                    return;
                }

                await cancel.CancelAsync();
                await AssertCancelledAsync(running, when);
            }

            await afterwards(when);
        });

    private static async Task AssertEndsAsync(Func<Task> operation, FaultSpot spot, string when)
    {
        var running = operation().WaitAsync(TimeSpan.FromMinutes(5));
        await Task.WhenAny(spot.Reached, running);
        await (spot.Reached.IsCompleted ? AssertCancelledAsync(running, when) : running);
    }
}
