namespace GlanceStore.Cache.Entries;

/// <summary>One use of an entry: while there is one, nobody removes it.</summary>
internal sealed class EntryUse(EntryTable table, CacheEntry entry) : IAsyncDisposable
{
    private int _isOver;

    public CacheEntry Entry => entry;

    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _isOver, 1) == 0 ? table.EndAsync(entry) : ValueTask.CompletedTask;
}
