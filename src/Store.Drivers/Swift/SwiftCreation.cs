using System.Runtime.CompilerServices;
using GlanceStore.Drivers.Shared;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Swift;

/// <summary>Publishes an image: looks first, lets the server check once more where it does, and knows what a replacement leaves without a manifest.</summary>
/// <remarks>
/// Ceph ignores <c>If-None-Match</c>, and Swift's object server checks it when the request arrives, not when the object is there: so who
/// publishes takes turns, and within one process the look counts, whichever store of it writes.
/// </remarks>
internal sealed partial class SwiftCreation(SwiftObjects objects, ILogger logger)
{
    /// <summary>How long a clean-up waits for the server: for one request, however many such requests there are.</summary>
    public static readonly TimeSpan CleanUpLimit = TimeSpan.FromSeconds(20);

    private static readonly Turns Turns = new();

    /// <summary>Runs the request that publishes.</summary>
    /// <param name="place">Where.</param>
    /// <param name="mode">Create or replace.</param>
    /// <param name="request">The request, given the headers of its condition.</param>
    /// <param name="replacing">Called with what is there, before it is replaced.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<SwiftObject> PublishAsync(SwiftPlace place, WriteMode mode, Func<IReadOnlyList<(string Name, string Value)>, Task<SwiftObject>> request,
        Action<SwiftObject> replacing, CancellationToken cancellationToken)
    {
        using var turn = await Turns.TakeAsync($"{place.Container}/{place.Id}", cancellationToken).ConfigureAwait(false);
        await RequireNoSegmentAsync(place, "Nothing can be put there", cancellationToken).ConfigureAwait(false);
        var old = await objects.FindAsync(place.Container, place.Id, cancellationToken).ConfigureAwait(false);
        if (old is not null && mode == WriteMode.CreateNew)
        {
            throw new StoreException(StoreError.AlreadyExists, $"There is an image at {place.Container}/{place.Id} already.");
        }

        if (old is { IsLarge: true })
        {
            replacing(await WithSegmentsAsync(old, cancellationToken).ConfigureAwait(false));
        }

        return await request(mode == WriteMode.CreateNew ? [("If-None-Match", "*")] : []).ConfigureAwait(false);
    }

    /// <summary>Deletes an image and everything that belongs to it, while nobody here publishes under its name; false where it was not there.</summary>
    /// <param name="place">Where.</param>
    /// <param name="location">The same, as messages name it.</param>
    /// <param name="version">The ETag that it must have; null for whatever it has.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.Changed"/>: it is another version; <see cref="StoreError.InUse"/>: it is a segment of another image. Nothing was deleted.
    /// </exception>
    public async Task<bool> DeleteAsync(SwiftPlace place, ImageLocation location, string? version, CancellationToken cancellationToken)
    {
        using var turn = await Turns.TakeAsync($"{place.Container}/{place.Id}", cancellationToken).ConfigureAwait(false);
        if (await objects.FindAsync(place.Container, place.Id, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return false;
        }

        await RequireNoSegmentAsync(place, "It is not deleted by itself", cancellationToken).ConfigureAwait(false);
        if (version is not null && found.ETag != version)
        {
            throw new StoreException(StoreError.Changed, $"The image at {location} was replaced in the meantime, and is not deleted.");
        }

        if (found.Dynamic is not null && version is null)
        {
            // The segments first: while the manifest is there, a deletion that broke off can be made again.
            await foreach (var (container, names) in SegmentsOfAsync(found, cancellationToken).ConfigureAwait(false))
            {
                await objects.DeleteAllAsync(container, names, cancellationToken).ConfigureAwait(false);
            }
        }

        var deleted = await objects.DeleteAsync(place.Container, place.Id, found.IsStatic, cancellationToken).ConfigureAwait(false);
        if (found.Dynamic is not null && version is not null)
        {
            // The version is made of all segments: without some of them the image would be another one, and could not be deleted by its version any more.
            // Who gives up waiting cannot ask for it again, so the removal goes on.
            await RemoveReplacedAsync(found).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return deleted;
    }

    /// <summary>Removes what an image has left that is replaced or deleted already: in a time of its own, and a failure is only logged.</summary>
    public async Task RemoveReplacedAsync(SwiftObject old)
    {
        using var limit = new CancellationTokenSource(CleanUpLimit, objects.Client.Time);
        try
        {
            await foreach (var (container, names) in SegmentsOfAsync(old, limit.Token).ConfigureAwait(false))
            {
                limit.CancelAfter(CleanUpLimit);
                await objects.DeleteAllAsync(container, names, limit.Token).ConfigureAwait(false);
                limit.CancelAfter(CleanUpLimit); // the next page of the listing
            }
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException or ObjectDisposedException)
        {
            NotRemoved(logger, SegmentsLabelOf(old), e);
        }
    }

    /// <summary>Removes the container of an image that was not put, where nothing else is in it; a failure is only logged.</summary>
    public async Task RemoveEmptyAsync(string container, TimeProvider time)
    {
        using var limit = new CancellationTokenSource(CleanUpLimit, time);
        try
        {
            await objects.RemoveContainerAsync(container, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            ContainerNotRemoved(logger, container, e);
        }
    }

    // The server joins whatever a dynamic large object's prefix finds, and notices nothing where one goes, comes or changes: the other image would
    // be another one without a word.
    private async Task RequireNoSegmentAsync(SwiftPlace place, string consequence, CancellationToken cancellationToken)
    {
        if (SwiftSegments.ParsePython(place.Id) is { } image
            && await objects.FindAsync(place.Container, image, cancellationToken).ConfigureAwait(false) is { } holder && holder.Holds(place.Container, place.Id))
        {
            throw new StoreException(StoreError.InUse,
                $"{place.Container}/{place.Id} is the name of a segment of the image {place.Container}/{image}, whose bytes it would change. {consequence}; replace or delete that image.");
        }
    }

    // Of another program's image only the manifest knows them, and that is about to be replaced.
    private async Task<SwiftObject> WithSegmentsAsync(SwiftObject old, CancellationToken cancellationToken) => old is { IsStatic: true, Upload: null }
        ? old with { Segments = await objects.SegmentsOfAsync(old, cancellationToken).ConfigureAwait(false) }
        : old;

    // The segments of a large object, without its manifest: as many together as are deleted at once.
    private async IAsyncEnumerable<(string Container, string[] Names)> SegmentsOfAsync(
        SwiftObject found, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var most = await objects.DeletesAtOnceAsync(cancellationToken).ConfigureAwait(false);
        if (PrefixOf(found) is var (container, prefix))
        {
            var names = objects.ListAsync(container, prefix, cancellationToken).Select(entry => entry.Name).Where(name => MayBelongTo(found, prefix, name));
            await foreach (var some in names.Chunk(most).ConfigureAwait(false))
            {
                yield return (container, some);
            }

            yield break;
        }

        foreach (var there in found.Segments.GroupBy(name => name[..name.IndexOf('/', StringComparison.Ordinal)]))
        {
            foreach (var some in there.Select(name => name[(there.Key.Length + 1)..]).Chunk(most))
            {
                yield return (there.Key, some);
            }
        }
    }

    // Where its segments are, and what their names begin with; null where only a manifest knows.
    private static (string Container, string Prefix)? PrefixOf(SwiftObject found)
    {
        if (found.Upload is { } upload)
        {
            return (found.Container, new SwiftSegments(found.Name, upload).Everything);
        }

        if (found.Dynamic is not { } manifest)
        {
            return null;
        }

        var slash = manifest.IndexOf('/', StringComparison.Ordinal);
        return (manifest[..slash], manifest[(slash + 1)..]);
    }

    // Below glance's own prefix, ID-, there may be images whose ids begin that way: only what ends in five digits is a segment.
    private static bool MayBelongTo(SwiftObject found, string prefix, string name) =>
        prefix != found.Name + "-" || (name.Length == prefix.Length + 5 && !name.AsSpan(prefix.Length).ContainsAnyExceptInRange('0', '9'));

    // Who helps by hand must not take them for those of the image that is there now.
    private static string SegmentsLabelOf(SwiftObject old) =>
        PrefixOf(old) is var (container, prefix) ? $"{container}/{prefix}" : $"{old.Segments.FirstOrDefault(old.Name)}, …";

    [LoggerMessage(EventId = 501, Level = LogLevel.Warning, Message = "The segments {Segments} of an image that was replaced or deleted could not be removed; a sweep will find them.")]
    private static partial void NotRemoved(ILogger logger, string segments, Exception exception);

    [LoggerMessage(EventId = 503, Level = LogLevel.Warning, Message = "The container '{Container}' of an image that was not put could not be removed.")]
    private static partial void ContainerNotRemoved(ILogger logger, string container, Exception exception);
}
