using System.Diagnostics.CodeAnalysis;
using GlanceStore.Diagnostics;
using GlanceStore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore;

/// <summary>The stores of a process by their ids, one of them the default, and everything that takes more than one store.</summary>
/// <remarks>
/// <para>It owns the stores it was given: disposing it disposes each. Ids are compared without case, as configurations name them.</para>
/// <para>Stores come and go at run time: who looked one up before a change goes on with it, and a removed store's driver is disposed
/// when the last transfer through it has ended.</para>
/// </remarks>
public sealed partial class ImageStores : IAsyncDisposable, IDisposable
{
    private readonly Lock _changing = new();
    private readonly ILogger _logger;
    private volatile StoreTable _table;

    /// <summary>Takes the stores.</summary>
    /// <param name="stores">The stores, in the order in which they are asked.</param>
    /// <param name="defaultStore">The id of the default store; null where there is only one.</param>
    /// <param name="down">Stores that are configured and could not be made; null for none.</param>
    /// <param name="logger">Where to log; null for nowhere.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidConfiguration"/>: no store, the same id twice, or a default that is not among them.
    /// </exception>
    public ImageStores(IEnumerable<IImageStore> stores, string? defaultStore = null, IEnumerable<DownStore>? down = null,
        ILogger<ImageStores>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(stores);
        _logger = (ILogger?)logger ?? NullLogger.Instance;
        var table = new StoreTable(stores, down ?? [], [], defaultStore);
        _table = new StoreTable(table.InOrder, table.Down, [], DefaultOf(table));
        foreach (var store in table.Down)
        {
            Log.Down(_logger, store.Id, store.Reason);
        }
    }

    /// <summary>Every store that is up and not reserved, in the order of their configuration.</summary>
    public IReadOnlyList<IImageStore> All => _table.Listed;

    /// <summary>The stores that only their ids lead to, such as those that images are staged in.</summary>
    public IReadOnlyList<IImageStore> Reserved => _table.Reserved;

    /// <summary>The stores that could not be made, and why.</summary>
    public IReadOnlyList<DownStore> Down => _table.Down;

    /// <summary>The ids of all stores that are up and not reserved, in the order of their configuration.</summary>
    public IEnumerable<string> Ids => All.Select(store => store.Id);

    /// <summary>The id of the default store, whether it is up or down.</summary>
    public string DefaultId => _table.DefaultId!;

    /// <summary>The store that images go to where nothing else was said.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Unavailable"/>: it is down; the message says why.</exception>
    public IImageStore Default => this[DefaultId];

    /// <summary>The store of an id.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidConfiguration"/>: there is none, or none any more; the message lists those there are.
    /// <see cref="StoreError.Unavailable"/>: it is down; the message says why.
    /// </exception>
    public IImageStore this[string id] => TryGet(id, out var store) ? store : throw Absent(_table, id);

    /// <summary>The store of an id, or the word that there is none that is up.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out IImageStore? store) => _table.TryGet(id, out store);

    /// <summary>Adds a store, which it owns from now on. One of that id that was down or removed is forgotten.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: there is a store of that id.</exception>
    public void Add(IImageStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        lock (_changing)
        {
            var table = _table;
            _table = new StoreTable([.. table.InOrder, store], table.Down.Where(down => !StoreTable.Same(down.Id, store.Id)),
                table.Removed.Where(id => !StoreTable.Same(id, store.Id)), table.DefaultId);
        }
    }

    /// <summary>
    /// Removes a store: nothing new begins in it, transfers under way go on to their end, and the last of them disposes its driver.
    /// </summary>
    /// <returns>False where there was no such store.</returns>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: it is the default store.</exception>
    public async ValueTask<bool> RemoveAsync(string id)
    {
        IImageStore? store;
        lock (_changing)
        {
            var table = _table;
            if (!table.TryGet(id, out store))
            {
                return false;
            }

            if (StoreTable.Same(id, table.DefaultId))
            {
                throw Misconfigured($"The store '{id}' is the default one; make another one the default before it is removed.");
            }

            _table = new StoreTable(table.InOrder.Where(other => other != store), table.Down, [.. table.Removed, store.Id], table.DefaultId);
        }

        await DisposeAsync(store).ConfigureAwait(false);
        return true;
    }

    /// <summary>Makes another store the default.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidConfiguration"/>: there is no such store, or it is a reserved one. <see cref="StoreError.Unavailable"/>:
    /// it is down.
    /// </exception>
    public void MakeDefault(string id)
    {
        lock (_changing)
        {
            var table = _table;
            var store = table.TryGet(id, out var found) ? found : throw Absent(table, id);
            _table = store.Info.IsReserved
                ? throw Misconfigured($"The store '{store.Id}' is reserved and cannot be the default.")
                : new StoreTable(table.InOrder, table.Down, table.Removed, store.Id);
        }
    }

    /// <summary>Disposes every store; a driver that is in use is disposed by the last transfer that uses it.</summary>
    /// <remarks>Waits for up to 30 s a store for what puts that were cancelled are still removing from its backend.</remarks>
    public async ValueTask DisposeAsync()
    {
        foreach (var store in _table.InOrder)
        {
            await DisposeAsync(store).ConfigureAwait(false);
        }
    }

    /// <summary>As <see cref="DisposeAsync()"/>, for whoever cannot wait but by blocking a thread.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static ValueTask DisposeAsync(IImageStore store) => store is IAsyncDisposable disposable ? disposable.DisposeAsync() : DisposeAtOnce(store as IDisposable);

    private static ValueTask DisposeAtOnce(IDisposable? store)
    {
        store?.Dispose();
        return default;
    }

    private static string DefaultOf(StoreTable table)
    {
        string[] ids = [.. table.Listed.Select(store => store.Id), .. table.Down.Select(store => store.Id)];
        return table.DefaultId switch
        {
            _ when ids.Length == 0 => throw Misconfigured("There is no store."),
            null when ids.Length > 1 => throw Misconfigured($"There are several stores and no default; name one of {Known(table)}."),
            null => ids[0],
            var id => ids.FirstOrDefault(known => StoreTable.Same(known, id)) ?? throw NoDefault(table, id),
        };
    }

    private static StoreException NoDefault(StoreTable table, string id) => table.TryGet(id, out _)
        ? Misconfigured($"The store '{id}' is reserved and cannot be the default.")
        : Absent(table, id);

    private static StoreException Absent(StoreTable table, string id) =>
        table.Down.FirstOrDefault(store => StoreTable.Same(store.Id, id)) is { } down
            ? new StoreException(StoreError.Unavailable, $"The store '{down.Id}' is down: {down.Reason}", down.Error)
            : Misconfigured(table.Removed.Contains(id)
                ? $"The store '{id}' was removed; there is {Known(table)}."
                : $"There is no store '{id}'; there is {Known(table)}.");

    private static string Known(StoreTable table) => string.Join(", ", table.Listed.Select(store => $"'{store.Id}'"));

    private static StoreException Misconfigured(string message) => new(StoreError.InvalidConfiguration, message);
}
