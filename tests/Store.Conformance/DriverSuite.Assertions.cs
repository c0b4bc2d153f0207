namespace GlanceStore.Conformance;

public abstract partial class DriverSuite<THarness>
{
    private readonly HashSet<string> _kept = [];

    /// <summary>How long a case waits for an operation to end that was cancelled.</summary>
    /// <remarks>
    /// Far longer than the second that is promised, and far shorter than the ever for which whoever waits for a source that stands still or for a
    /// backend that never answers would wait: that nobody does is what a case proves. How much of a second a busy machine needs for the rest says
    /// nothing about the driver. What the front waits for at most, its own tests measure, by a clock that is theirs.
    /// </remarks>
    protected static TimeSpan CancellationLimit { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Fails unless the backend is empty, but for images the driver cannot delete.</summary>
    protected async Task AssertNothingLeftAsync(string? when = null)
    {
        var names = (await Harness.ListEverythingAsync()).Except(_kept).ToArray();
        Assert.IsEmpty(names, $"The backend still holds {string.Join(", ", names)}. {when}");
    }

    /// <summary>Fails unless there is no image of that id.</summary>
    protected async Task AssertAbsentAsync(SampleImage image, string? when = null) =>
        Assert.IsNull(await Store.FindAsync(LocationOf(image), Cancellation), $"The image is there, and must not be. {when}");

    /// <summary>Fails unless an image is stored whole: its size, and every byte.</summary>
    protected async Task AssertStoredAsync(SampleImage image, string? when = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        var found = await Store.FindAsync(LocationOf(image), Cancellation);
        Assert.IsNotNull(found, $"The image is not there. {when}");
        Assert.AreEqual(image.Length, found.Size, $"The stored size differs. {when}");
        AssertSame(image.Bytes, await ReadAsync(image), when);
    }

    /// <summary>Fails unless an image is stored whole and its removal leaves the backend empty.</summary>
    protected async Task AssertOnlyStoredAsync(SampleImage image, string? when = null)
    {
        await AssertStoredAsync(image, when);
        if (Capabilities.CanDelete)
        {
            Assert.IsTrue(await Store.DeleteAsync(LocationOf(image), cancellationToken: Cancellation), $"The delete found no image. {when}");
            await AssertNothingLeftAsync(when);
        }
        else
        {
            _kept.UnionWith(await Harness.ListEverythingAsync());
        }
    }

    /// <summary>Fails unless the bytes are the expected ones, and tells the first that differs.</summary>
    protected static void AssertSame(ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> actual, string? when = null)
    {
        var same = expected.Span.CommonPrefixLength(actual.Span);
        if (same < expected.Length || same < actual.Length)
        {
            Assert.Fail($"{actual.Length} bytes came instead of {expected.Length}, the first {same} are right. {when}");
        }
    }

    /// <summary>Fails unless the action fails with an error of the store, which it returns.</summary>
    protected static async Task<StoreException> AssertFailsAsync(StoreError error, Func<Task> action, string? when = null)
    {
        var exception = await Assert.ThrowsExactlyAsync<StoreException>(action, $"{error} was expected. {when}");
        Assert.AreEqual(error, exception.Error, $"{exception.Message} {when}");
        return exception;
    }

    /// <summary>Runs an action to its end and returns the error of the store it failed with, or null.</summary>
    protected static async Task<StoreException?> ErrorOfAsync(Func<Task> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        try
        {
            await action();
            return null;
        }
        catch (StoreException e)
        {
            return e;
        }
    }

    /// <summary>Fails unless a cancelled operation ends in time and as cancelled.</summary>
    protected static async Task AssertCancelledAsync(Task operation, string? when = null)
    {
        ArgumentNullException.ThrowIfNull(operation);
        await operation.WaitAsync(CancellationLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.IsTrue(operation.IsCompleted, $"The operation was cancelled and goes on after {CancellationLimit}. {when}");
        await Assert.ThrowsAsync<OperationCanceledException>(() => operation, $"The operation was cancelled. {when}");
    }
}
