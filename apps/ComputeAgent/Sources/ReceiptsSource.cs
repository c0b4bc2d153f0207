namespace GlanceStore.ComputeAgent.Sources;

/// <summary>A directory of receipts, as <c>glance-store put --receipts</c> and backups leave it: <c>ID.json</c>.</summary>
internal sealed class ReceiptsSource(SourceOptions options) : IImageSource
{
    private const long LargestReceipt = 64 << 20;

    public string Name => options.NameOrType;

    public async Task<ImageOrigin?> FindAsync(ImageId id, CancellationToken cancellationToken)
    {
        // An id holds no slash and begins with no dot, so it leads nowhere else.
        var path = Path.Combine(options.Directory!, $"{id}.json");
        try
        {
            if (!File.Exists(path))
            {
                return Directory.Exists(options.Directory) ? null : throw Failed("is not there");
            }

            return new FileInfo(path).Length > LargestReceipt
                ? throw Failed($"has a receipt of the image {id} that is larger than 64 MiB")
                : new ImageOrigin { Source = Name, Receipt = Receipts.Read(await File.ReadAllTextAsync(path, cancellationToken), $"a receipt, '{path}',") };
        }
        catch (Exception e) when (e is (IOException and not StoreException) or UnauthorizedAccessException)
        {
            throw Failed($"cannot be read: {e.Message}", e);
        }
    }

    private StoreException Failed(string what, Exception? cause = null) =>
        new(StoreError.Unavailable, $"The source '{Name}', the directory '{options.Directory}', {what}.", cause);
}
