using System.Runtime.CompilerServices;

namespace GlanceStore.Drivers.Swift;

/// <summary>Pages of the images of one account's containers.</summary>
internal sealed class SwiftListing(SwiftObjects objects, SwiftDriverOptions options, SwiftLocations locations, string account)
{
    // What every cluster gives at once: Ceph 1,000, Swift 10,000.
    private const int MostLines = 1000;

    // CONTAINER/NAME of what may be a manifest, as it was found: of each there is an image or a segment in a page.
    private readonly Dictionary<string, SwiftObject?> _holders = new(StringComparer.Ordinal);
    private readonly List<ListedImage> _images = [];
    private readonly List<Leftover> _unfinished = [];

    /// <summary>A page: containers are gone through until it is full, since with many of them each holds few images.</summary>
    public async Task<ListingPage> ListAsync(ListingRequest request, CancellationToken cancellationToken)
    {
        // CONTAINER/NAME, the name empty where the container begins anew; no name of a container holds a slash.
        var from = request.Continuation?.Split('/', 2);
        var missing = true;
        await foreach (var container in ContainersAsync(from?[0], cancellationToken).ConfigureAwait(false))
        {
            var after = from is [var begun, { Length: > 0 } name] && begun == container ? name : null;
            while (await objects.PageAsync(container, request.Prefix, after, Math.Min(MostLines, request.MaxImages - _images.Count), cancellationToken)
                .ConfigureAwait(false) is { } page)
            {
                missing = false;
                if (page.Last is null)
                {
                    break;
                }

                await TakeAsync(container, page, cancellationToken).ConfigureAwait(false);
                after = page.Last;
                if (_images.Count > request.MaxImages / 2) // a request for what is left would hardly be worth it
                {
                    return new ListingPage(_images, _unfinished, $"{container}/{after}");
                }
            }
        }

        return missing && request.Continuation is null && !options.MultiTenant && !options.CreateContainer && options.ContainersSeed == 0
            ? throw new StoreException(StoreError.InvalidConfiguration, $"There is no container '{options.Container}'; make it, or set CreateContainer.")
            : new ListingPage(_images, _unfinished, null);
    }

    // In the order of their names, from one on: a page goes on where the one before ended, whatever was made or removed meanwhile.
    private async IAsyncEnumerable<string> ContainersAsync(string? from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!options.MultiTenant && options.ContainersSeed == 0)
        {
            yield return options.Container;
            yield break;
        }

        await foreach (var found in objects.ListContainersAsync(options.Container, cancellationToken).ConfigureAwait(false))
        {
            var isOurs = (found.Name == options.Container && !options.MultiTenant) || found.Name.StartsWith(options.Container + "_", StringComparison.Ordinal);
            if (isOurs && (from is null || string.CompareOrdinal(found.Name, from) >= 0))
            {
                yield return found.Name;
            }
        }
    }

    private async Task TakeAsync(string container, SwiftPage page, CancellationToken cancellationToken)
    {
        foreach (var entry in page.Entries.Where(entry => IsImage(container, entry.Name)))
        {
            if (!await IsSegmentAsync(container, entry.Name, cancellationToken).ConfigureAwait(false)
                && await DescribeAsync(container, entry, cancellationToken).ConfigureAwait(false) is { } stored)
            {
                _images.Add(new ListedImage(entry.Name, stored));
            }
        }

        foreach (var folder in page.Folders)
        {
            var id = folder.TrimEnd('/');
            if (IsImage(container, id) && page.Entries.All(entry => entry.Name != id)
                && await objects.FindAsync(container, id, cancellationToken).ConfigureAwait(false) is null)
            {
                await TakeUnfinishedAsync(container, folder, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private bool IsImage(string container, string name) =>
        ImageId.TryParse(name, out _) && SwiftSegments.ParseLegacy(name) is null && SwiftContainers.MayHold(options, container, name);

    // An image sorts before its segments, so that it was looked at already, unless a page or a prefix begins between them.
    private async Task<bool> IsSegmentAsync(string container, string name, CancellationToken cancellationToken)
    {
        if (SwiftSegments.ParsePython(name) is not { } image)
        {
            return false;
        }

        if (!_holders.TryGetValue($"{container}/{image}", out var holder))
        {
            holder = await LookAsync(container, image, cancellationToken).ConfigureAwait(false);
        }

        return holder?.Holds(container, name) == true;
    }

    private async Task<SwiftObject?> LookAsync(string container, string name, CancellationToken cancellationToken) =>
        _holders[$"{container}/{name}"] = await objects.FindAsync(container, name, cancellationToken).ConfigureAwait(false);

    // One that has gone meanwhile is left out; one whose segments do not add up is told as the listing has it, for a read says so.
    private async Task<StoredObject?> DescribeAsync(string container, SwiftEntry entry, CancellationToken cancellationToken)
    {
        var location = locations.Of(new SwiftPlace(account, container, entry.Name));
        if (!entry.IsUnsure)
        {
            return new StoredObject(location, entry.Size, entry.LargeETag ?? entry.Hash, entry.LastModified)
            {
                Digest = entry.LargeETag is null && entry.Hash is { } md5 ? new Digest("md5", md5) : null,
            };
        }

        var found = await LookAsync(container, entry.Name, cancellationToken).ConfigureAwait(false);
        try
        {
            return found?.Describe(location);
        }
        catch (StoreException e) when (e.Error is StoreError.Corrupted or StoreError.Unsupported)
        {
            return new StoredObject(location, found!.Size ?? entry.Size, found.ETag, found.LastModified);
        }
    }

    private async Task TakeUnfinishedAsync(string container, string folder, CancellationToken cancellationToken)
    {
        var (size, last) = (0L, DateTimeOffset.MinValue);
        await foreach (var segment in objects.ListAsync(container, folder, cancellationToken).ConfigureAwait(false))
        {
            size += segment.Size;
            last = segment.LastModified > last ? segment.LastModified : last;
        }

        if (last > DateTimeOffset.MinValue)
        {
            _unfinished.Add(new Leftover($"{container}/{folder}", size, last));
        }
    }
}
