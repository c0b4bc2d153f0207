using System.Diagnostics;

namespace GlanceStore.Drivers.Rbd;

/// <summary>What the tests on <see cref="FaultCluster"/> share.</summary>
public abstract class FaultClusterTests
{
    private protected const int Mebi = 1 << 20;

    // Of several requests one after the other, each of which may take as long as OperationTimeout says.
    private protected static readonly TimeSpan Bounded = TimeSpan.FromSeconds(30);
    private protected static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private protected static async Task PutAsync(ImageStore store, ImageId id, byte[] bytes)
    {
        using var source = new MemoryStream(bytes, writable: false);
        await store.PutAsync(id, source, new PutOptions { ExpectedSize = bytes.Length });
    }

    private protected static async Task AssertReadsAsync(ImageStore store, ImageId id, byte[] bytes)
    {
        await using var stream = await store.OpenReadAsync(store.LocationOf(id));
        using var read = new MemoryStream();
        await stream.CopyToAsync(read);
        TestPlace.AssertSame(bytes, read.ToArray());
    }

    private protected static async Task<StoreException> AssertFailsAsync(StoreError expected, Func<Task> action)
    {
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => action().WaitAsync(Bounded));
        Assert.AreEqual(expected, error.Error, error.Message);
        return error;
    }

    // What stood still for a while takes up first what it was asked meanwhile.
    private protected static async Task<T> OnceItAnswersAsync<T>(Func<Task<T>> action)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                return await action();
            }
            catch (StoreException e) when (e.IsTransient && Stopwatch.GetElapsedTime(began) < Patience)
            {
            }
        }
    }
}
