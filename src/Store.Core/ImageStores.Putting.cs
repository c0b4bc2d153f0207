using GlanceStore.Routing;
using GlanceStore.Transfer;

namespace GlanceStore;

/// <content>One pass of a source into many stores.</content>
public sealed partial class ImageStores
{
    /// <summary>Stores an image in several stores at once: the source is read once and hashed once, and every store gets the same chunks.</summary>
    /// <remarks>
    /// <para>A store that is slower than the others keeps them waiting only once the chunks it is behind have used up the memory budget.</para>
    /// <para>
    /// Where one store fails, <see cref="PutOptions.Policy"/> says what that means. All or nothing: nothing is published before every store has
    /// every chunk, and what was published where another store then failed is removed again; with <see cref="WriteMode.Replace"/>, which has no way
    /// back, it stays, and the error names the stores. Best effort: an error that is one store's own is in the report, even where it is every
    /// store's; what is wrong with the source or the call is an exception under either policy, and then no store holds the image.
    /// </para>
    /// </remarks>
    /// <param name="id">The image's id, in every store.</param>
    /// <param name="source">Read once, in order, to its end; needs neither a length nor seeking. Stays the caller's to dispose.</param>
    /// <param name="stores">The ids of the stores, each once.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the put; nothing is left behind.</param>
    /// <exception cref="StoreException">
    /// As <see cref="IImageStore.PutAsync"/>; <see cref="StoreError.InvalidConfiguration"/>: an id is no store's;
    /// <see cref="StoreError.Unsupported"/>: no chunk length suits all of the stores.
    /// </exception>
    /// <exception cref="ArgumentException">No store is named, or one twice.</exception>
    public async Task<PutReport> PutAsync(
        ImageId id, Stream source, IEnumerable<string> stores, PutOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(stores);
        ArgumentException.ThrowIfNullOrEmpty(id.Value, nameof(id));
        options ??= new PutOptions();
        var targets = TargetsOf([.. stores], options.Policy);
        StoreParts[] up = [.. targets.Select(target => target.Store).OfType<StoreParts>()];
        var outcomes = up.Length == 0 ? [] : await PutPipeline.RunAsync(up, id, source, options, cancellationToken).ConfigureAwait(false);
        var next = 0;
        return new PutReport([.. targets.Select(target => target.Store is null ? target.Down! : outcomes[next++])]);
    }

    private List<(StoreParts? Store, PutOutcome? Down)> TargetsOf(string[] ids, PutPolicy policy)
    {
        if (ids.Length == 0)
        {
            throw new ArgumentException("No store is named.", nameof(ids));
        }

        if (ids.GroupBy(id => id, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twins)
        {
            throw new ArgumentException($"The store '{twins.Key}' is named {twins.Count()} times.", nameof(ids));
        }

        var table = _table;
        return [.. ids.Select(id => TargetOf(table, id, policy))];
    }

    private static (StoreParts? Store, PutOutcome? Down) TargetOf(StoreTable table, string id, PutPolicy policy)
    {
        if (table.TryGet(id, out var store))
        {
            return (PartsOf(store), null);
        }

        var absent = Absent(table, id);
        return absent.Error == StoreError.Unavailable && policy == PutPolicy.BestEffort
            ? (null, new PutOutcome(id, null, absent.During("put", id, null)))
            : throw absent;
    }

    private static StoreParts PartsOf(IImageStore store) => FrontOf(store).Parts;

    private static ImageStore FrontOf(IImageStore store) => store as ImageStore
        ?? throw new StoreException(StoreError.Unsupported,
            $"The store '{store.Id}' is not made of a driver and takes no part in what several stores do together.");
}
