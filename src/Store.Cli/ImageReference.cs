namespace GlanceStore.Cli;

/// <summary>The image that an argument names: its store, its location and, where the argument was a receipt, that.</summary>
internal sealed record ImageReference(IImageStore Store, ImageLocation Location, ImageReceipt? Receipt)
{
    // A receipt has about 70 bytes a chunk; whatever is larger is an image that was given instead of its receipt.
    private const long MaxReceiptBytes = 256L << 20;

    /// <summary>The image of an argument, to be read: where stores of several accounts fit, the likeliest is taken and the others are told.</summary>
    /// <param name="argument">A location, or a receipt file.</param>
    /// <param name="stores">The stores.</param>
    /// <param name="store">The id of the store that it is in; null to find it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ImageReference> ResolveAsync(string argument, ImageStores stores, string? store, CancellationToken cancellationToken)
    {
        var (location, receipt) = await LocateAsync(argument, stores, store, cancellationToken);
        return Resolve(location, receipt, stores);
    }

    /// <summary>As <see cref="ResolveAsync"/>, of what is known of an image.</summary>
    public static ImageReference ResolveKnown(IKnownImage known, ImageStores stores, string? store) => Resolve(In(known.Location, stores, store), known as ImageReceipt, stores);

    /// <summary>The image of an argument, to be deleted: no doubt is allowed whose it is.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidLocation"/>: it names no account, and stores of several fit it.</exception>
    public static async Task<ImageReference> ResolveOneAsync(string argument, ImageStores stores, string? store, CancellationToken cancellationToken)
    {
        var (location, receipt) = await LocateAsync(argument, stores, store, cancellationToken);
        return Of(stores.StoreOf(location), stores.Resolve(location).Location, receipt);
    }

    /// <summary>Where the image of an argument is, as far as the argument and <c>--store</c> tell, and its receipt where it is one.</summary>
    public static async Task<(ImageLocation Location, ImageReceipt? Receipt)> LocateAsync(
        string argument, ImageStores stores, string? store, CancellationToken cancellationToken)
    {
        if (IsLocation(argument))
        {
            return (Parse(argument, stores, store), null);
        }

        var receipt = await ReadAsync(argument, cancellationToken);
        return (In(receipt.Location, stores, store), receipt);
    }

    /// <summary>The receipt in a file, or null where the file is something else: an image.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static async Task<ImageReceipt?> TryReadAsync(string path, CancellationToken cancellationToken)
    {
        await using (var file = await SourceFile.OpenAsync(path, cancellationToken))
        {
            var first = new byte[1];
            if (!file.CanSeek || file.Length > MaxReceiptBytes || await file.ReadAsync(first, cancellationToken) == 0 || first[0] != (byte)'{')
            {
                return null;
            }
        }

        try
        {
            return ImageReceipt.FromJson(await File.ReadAllTextAsync(path, cancellationToken));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static ImageReference Resolve(ImageLocation location, ImageReceipt? receipt, ImageStores stores)
    {
        var found = stores.Resolve(location);
        if (found.IsAmbiguous)
        {
            StandardStreams.Tell($"The location names no account and fits the stores '{string.Join("', '", found.Rivals.Prepend(found.Store.Id))}'; "
                + $"'{found.Store.Id}' is asked. Name one with --store.");
        }

        return Of(found.Store, found.Location, receipt);
    }

    private static ImageLocation In(ImageLocation location, ImageStores stores, string? store) => store is null ? location : Parse(location.Uri, stores, store);

    private static ImageLocation Parse(string uri, ImageStores stores, string? store) =>
        store is null ? stores.ParseLocation(uri) : stores[store].ParseLocation(uri) with { StoreId = stores[store].Id };

    // glance's own URIs of S3 and Swift hold passwords, which only a store can tell from the rest. Others are looked at when they are needed.
    private static ImageLocation LocationOf(ImageStores stores, string uri, string? store)
    {
        try
        {
            return new ImageLocation(uri, store);
        }
        catch (ArgumentException)
        {
            return Parse(uri, stores, store);
        }
    }

    // A receipt may have been edited: its URI is parsed by its store, which refuses what lies outside it.
    private static ImageReference Of(IImageStore store, ImageLocation location, ImageReceipt? receipt) =>
        new(store, receipt is null ? location : store.ParseLocation(location.Uri) with { StoreId = store.Id }, receipt);

    /// <summary>Whether an argument is a location; else it is the name of a receipt file.</summary>
    public static bool IsLocation(string argument) => argument.Contains("://", StringComparison.Ordinal);

    public StoreException NotFound() =>
        new(StoreError.NotFound, $"There is no image at '{Location}' in the store '{Store.Id}'.");

    /// <summary>Reads a receipt file.</summary>
    /// <exception cref="UsageException">It is none, or cannot be read.</exception>
    public static Task<ImageReceipt> ReadAsync(string path, CancellationToken cancellationToken) => ReadAsync(path, ImageReceipt.FromJson, cancellationToken);

    /// <summary>Reads what a file tells of an image: a receipt, or a record of glance's fields, without chunks.</summary>
    /// <exception cref="UsageException">It is neither, or cannot be read.</exception>
    /// <exception cref="StoreException">Its location holds a password and is of none of the stores.</exception>
    public static Task<IKnownImage> ReadKnownAsync(string path, ImageStores stores, CancellationToken cancellationToken) =>
        ReadAsync(path, json => KnownImage.FromJson(json, (uri, store) => LocationOf(stores, uri, store)), cancellationToken);

    private static async Task<T> ReadAsync<T>(string path, Func<string, T> parse, CancellationToken cancellationToken)
    {
        // Whoever mistypes an option means no file; one that is named so can be read as './--name'.
        if (path.StartsWith('-') && !File.Exists(path))
        {
            throw new UsageException($"Unrecognized command or argument '{path}'; see glance-store --help.");
        }

        try
        {
            if (new FileInfo(path).Length > MaxReceiptBytes)
            {
                throw new UsageException($"The file '{path}' is too large for a receipt; give the receipt that put wrote, or a location.");
            }

            return parse(await NamedText.ReadAsync(path, MaxReceiptBytes, cancellationToken));
        }
        catch (FormatException e)
        {
            throw new UsageException($"The file '{path}' is no receipt that can be used: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"'{path}' is neither a location (it has no '://') nor a receipt that can be read: {Texts.ReasonOf(e, path)}", e);
        }
    }
}
