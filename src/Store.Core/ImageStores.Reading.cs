using GlanceStore.Transfer;

namespace GlanceStore;

/// <content>One image, from whichever of its places gives it.</content>
public sealed partial class ImageStores
{
    /// <summary>Opens an image that several stores hold, in the best of them that gives it.</summary>
    /// <remarks>
    /// <para>
    /// The best is the first of <see cref="ReadOptions.PreferredStores"/>, then the heaviest (<see cref="StoreInfo.Weight"/>), then the first that
    /// is named. A store that fails hands over to the next one; only when all have failed are those whose failure may pass tried again, as
    /// often as their options say. With a manifest or a digest that happens in the middle of the image too, at the same byte: nothing that
    /// has come is fetched again, but for a chunk that turned out damaged. Without either, reading stays where it began.
    /// </para>
    /// <para>A store that failed lately is passed over for a while, so that a dead one does not cost every read its time limit.</para>
    /// </remarks>
    /// <param name="candidates">Where the image is.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait for an answer.</param>
    /// <exception cref="StoreException">
    /// As <see cref="IImageStore.OpenReadAsync"/> where there is one candidate. Of several: that no store gives the image; the message tells what
    /// each of them said, and the code is theirs where it is the same, else <see cref="StoreError.Unavailable"/>.
    /// </exception>
    /// <exception cref="ArgumentException">There is no candidate.</exception>
    public async Task<ImageReadStream> OpenReadAsync(
        IEnumerable<ImageLocation> candidates, ReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        options ??= new ReadOptions();
        var sources = new ReadSources(options.Failovers);
        try
        {
            AddTo(sources, [.. candidates], options);
            return await GetPipeline.OpenAsync(sources, options, GetPipeline.MostPlainBytes, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await sources.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void AddTo(ReadSources sources, ImageLocation[] candidates, ReadOptions options)
    {
        if (candidates.Length == 0)
        {
            throw new ArgumentException("There is no candidate to read from.", nameof(candidates));
        }

        var held = new List<(ImageStore Store, ImageLocation Location)>();
        foreach (var candidate in candidates)
        {
            try
            {
                var found = Resolve(candidate);
                held.Add((FrontOf(found.Store), found.Location));
            }
            catch (StoreException e) when (candidates.Length > 1)
            {
                sources.AddAbsent(e);
            }
        }

        string[] preferred = [.. options.PreferredStores];
        foreach (var (store, location) in held
            .OrderBy(place => Array.FindIndex(preferred, id => Routing.StoreTable.Same(id, place.Store.Id)) is >= 0 and var rank ? rank : preferred.Length)
            .ThenByDescending(place => place.Store.Info.Weight))
        {
            try
            {
                sources.Add(store.SourceOf(location));
            }
            catch (StoreException e) when (candidates.Length > 1)
            {
                sources.AddAbsent(e);
            }
        }
    }
}
