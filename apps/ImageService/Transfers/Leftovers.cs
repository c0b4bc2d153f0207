namespace GlanceStore.ImageService.Transfers;

/// <summary>What lies under the name of an image that has nothing there: left by a process that was killed, or thought dead.</summary>
internal static class Leftovers
{
    // There are no more runs of a task, each of which may store once.
    private const int MostTries = 5;

    /// <summary>Removes it, and nothing that comes after it.</summary>
    /// <remarks>
    /// First it is looked at, then <paramref name="isMine"/> says that nobody else has stored under the name so far, and then the version that was seen is removed, and no
    /// other: a process that stood still in the middle, for longer than its lease, takes nothing away from the one that went on in its place. Mostly there is nothing, and
    /// nothing is deleted.
    /// </remarks>
    /// <param name="store">Where.</param>
    /// <param name="id">The name.</param>
    /// <param name="isMine">Whether the name is still the caller's alone, and stays so for a lease.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether nothing is left; false where the name is another one's by now.</returns>
    /// <exception cref="StoreException">The store does not say, or does not remove it.</exception>
    public static async Task<bool> TryRemoveAsync(IImageStore store, ImageId id, Func<Task<bool>> isMine, CancellationToken cancellationToken)
    {
        var place = store.LocationOf(id);
        for (var tries = 0; await store.FindAsync(place, cancellationToken) is { } stored; tries++)
        {
            if (tries == MostTries || !await isMine())
            {
                return false;
            }

            try
            {
                await store.DeleteAsync(place, new DeleteOptions { VersionTag = stored.VersionTag }, cancellationToken);
                return true;
            }
            catch (StoreException e) when (e.Error == StoreError.Changed)
            {
                // Something else by now, which is looked at like the first.
            }
        }

        return true;
    }
}
