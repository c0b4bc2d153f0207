namespace GlanceStore.Drivers.File;

public sealed partial class FileDriver : IListing
{
    /// <inheritdoc/>
    /// <remarks>
    /// In the order of the names' characters; the continuation is the last name of a page. Directories, devices, links that lead out of the store and
    /// names that no location can hold are no images. The parts of uploads are told with the first page; those that have no name cannot be.
    /// </remarks>
    public ValueTask<ListingPage> ListAsync(ListingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var names = new FirstNames(request);
        var parts = new List<Leftover>();
        foreach (var root in Directories.Roots.Where(root => root.WasThere).DistinctBy(root => root.RealPath))
        {
            foreach (var path in EntriesOf(root))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!FileLocation.IsPart(path))
                {
                    names.Offer(Path.GetFileName(path), root);
                }
                else if (request.Continuation is null && PartAt(path) is { } part)
                {
                    parts.Add(part);
                }
            }
        }

        ListedImage[] images = [.. names.All.Select(entry => ImageOf(entry.Name, entry.Root)).OfType<ListedImage>()];
        return ValueTask.FromResult(new ListingPage(images, parts, names.AreCut ? names.All.Last().Name : null));
    }

    private static IEnumerable<string> EntriesOf(FileRoot root)
    {
        try
        {
            return System.IO.Directory.GetFileSystemEntries(root.RealPath, "*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false });
        }
        catch (DirectoryNotFoundException)
        {
            throw FileErrors.NoDirectory(root.Path);
        }
        catch (Exception e) when (FileErrors.From(e, $"list {root.Path}") is { } error)
        {
            throw error;
        }
    }

    // Null for what is no image, and for one that went while it was listed.
    private ListedImage? ImageOf(string name, FileRoot root)
    {
        try
        {
            var location = FileLocation.Of(Path.Combine(root.Path, name));
            return Host.Find(Directories.Resolve(location.Uri), Directories) is { } status
                && FileLocation.PathOf(location.Uri) == Path.Combine(root.Path, name)
                ? new ListedImage(name, status.Describe(location, MetadataOf(location)))
                : null;
        }
        catch (StoreException e) when (e.Error == StoreError.InvalidLocation)
        {
            return null;
        }
    }

    private static Leftover? PartAt(string path) => new FileInfo(path) is { Exists: true, LinkTarget: null } part
        ? new Leftover(path, part.Length, new DateTimeOffset(part.LastWriteTimeUtc))
        : null;

    /// <summary>The first names that come after the page before, and no more of them than a page has.</summary>
    private sealed class FirstNames(ListingRequest request)
    {
        private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
        private readonly Dictionary<string, FileRoot> _roots = new(StringComparer.Ordinal);

        public IEnumerable<(string Name, FileRoot Root)> All => _names.Select(name => (name, _roots[name]));

        /// <summary>Whether some are left for the next page.</summary>
        public bool AreCut { get; private set; }

        public void Offer(string name, FileRoot root)
        {
            var isAsked = name.StartsWith(request.Prefix, StringComparison.Ordinal) && string.CompareOrdinal(name, request.Continuation) > 0;
            if (!isAsked || !_names.Add(name))
            {
                return;
            }

            _roots.Add(name, root);
            if (_names.Count > request.MaxImages)
            {
                AreCut = true;
                _roots.Remove(_names.Max!);
                _names.Remove(_names.Max!);
            }
        }
    }
}
