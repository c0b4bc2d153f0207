using System.Collections.Concurrent;

namespace GlanceStore.Cli.Validation;

/// <summary>A part of an operator's store that one case has to itself: the ids that begin with its prefix.</summary>
internal sealed class ValidationPlace(IImageStore store, string prefix)
{
    private readonly ConcurrentDictionary<ImageId, ImageLocation> _written = new();

    public IImageStore Store => store;

    /// <summary>What all its ids begin with.</summary>
    public string Prefix => prefix;

    /// <summary>The id with the prefix; the longest there is stays the longest there is.</summary>
    public ImageId Own(ImageId id) => new(string.Concat(prefix, id.Value.AsSpan(0, Math.Min(id.Value.Length, ImageId.MaxLength - prefix.Length))));

    /// <summary>The id with the prefix, noted as one whose image may be there from now on.</summary>
    public ImageId Note(ImageId id)
    {
        var own = Own(id);
        _written.GetOrAdd(own, store.LocationOf);
        return own;
    }

    /// <summary>Whether the location is of an image of this place, so that it may be deleted.</summary>
    public bool Holds(ImageLocation location) => location.Uri.Contains(prefix, StringComparison.Ordinal);

    /// <summary>The images of the place, one by one: not every store can be listed.</summary>
    public async Task<IReadOnlyCollection<string>> ListAsync(CancellationToken cancellationToken)
    {
        var found = new List<string>();
        foreach (var location in _written.Values)
        {
            if (await store.FindAsync(location, cancellationToken) is not null)
            {
                found.Add(location.Uri);
            }
        }

        return found;
    }

    /// <summary>Deletes what was written, and returns what could not be deleted and why.</summary>
    public async Task<IReadOnlyList<string>> RemoveAsync()
    {
        var left = new List<string>();
        foreach (var location in _written.Values)
        {
            try
            {
                // Not cancellable: whoever gives up waiting for a validation still wants his store as it was.
                await store.DeleteAsync(location, cancellationToken: CancellationToken.None);
            }
            catch (StoreException e)
            {
                left.Add($"{location}: {e.Message}");
            }
        }

        return left;
    }
}
