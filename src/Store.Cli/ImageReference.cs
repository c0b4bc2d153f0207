namespace GlanceStore.Cli;

/// <summary>The image that an argument names: its store, its location and, where the argument was a receipt, that.</summary>
internal sealed record ImageReference(IImageStore Store, ImageLocation Location, ImageReceipt? Receipt)
{
    // A receipt has about 70 bytes a chunk; whatever is larger is an image that was given instead of its receipt.
    private const long MaxReceiptBytes = 256L << 20;

    public static async Task<ImageReference> ResolveAsync(string argument, ImageStores stores, CancellationToken cancellationToken)
    {
        if (IsLocation(argument))
        {
            var location = stores.ParseLocation(argument);
            return new ImageReference(stores.StoreOf(location), location, null);
        }

        // The file may have been edited: its URI is parsed by its store, which refuses what lies outside it.
        var receipt = await ReadAsync(argument, cancellationToken);
        var store = stores.StoreOf(receipt.Location);
        return new ImageReference(store, store.ParseLocation(receipt.Location.Uri) with { StoreId = store.Id }, receipt);
    }

    /// <summary>Whether an argument is a location; else it is the name of a receipt file.</summary>
    public static bool IsLocation(string argument) => argument.Contains("://", StringComparison.Ordinal);

    public StoreException NotFound() =>
        new(StoreError.NotFound, $"There is no image at '{Location}' in the store '{Store.Id}'.");

    /// <summary>Reads a receipt file.</summary>
    /// <exception cref="UsageException">It is none, or cannot be read.</exception>
    public static async Task<ImageReceipt> ReadAsync(string path, CancellationToken cancellationToken)
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

            return ImageReceipt.FromJson(await NamedText.ReadAsync(path, MaxReceiptBytes, cancellationToken));
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
