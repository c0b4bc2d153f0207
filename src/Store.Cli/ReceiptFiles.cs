namespace GlanceStore.Cli;

/// <summary>The files that a put or a copy writes its receipts to, one a store; none where none was asked for.</summary>
internal sealed class ReceiptFiles : IAsyncDisposable
{
    private readonly Dictionary<string, OutputFile> _files = new(StringComparer.OrdinalIgnoreCase);

    private ReceiptFiles()
    {
    }

    /// <summary>Opens them: <c>NAME.json</c> for one store, <c>NAME.STORE.json</c> for each of several.</summary>
    /// <exception cref="UsageException">One is the source itself, or cannot be written.</exception>
    public static async Task<ReceiptFiles> OpenAsync(string? path, string source, string[] stores, CancellationToken cancellationToken)
    {
        var receipts = new ReceiptFiles();
        try
        {
            foreach (var store in path is null ? [] : stores)
            {
                receipts._files[store] = await OpenAsync(stores.Length == 1 ? path! : Path.ChangeExtension(path!, store + Path.GetExtension(path)), source, cancellationToken);
            }

            return receipts;
        }
        catch
        {
            await receipts.DisposeAsync();
            throw;
        }
    }

    // Not cancellable: the images are stored, and their receipts belong to them.
    public async Task WriteAsync(IReadOnlyCollection<ImageReceipt> receipts)
    {
        try
        {
            foreach (var receipt in receipts)
            {
                if (_files.TryGetValue(receipt.Location.StoreId!, out var file))
                {
                    await WriteAsync(receipt, file);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Stored(receipts, "whose receipt could not be written", e);
        }
    }

    /// <summary>Prints what a put or a copy ends with.</summary>
    /// <exception cref="IOException">It could not be printed; the message says where the images are.</exception>
    public static void Print(string text, IReadOnlyCollection<ImageReceipt> receipts)
    {
        try
        {
            StandardStreams.Print(text);
        }
        catch (IOException e)
        {
            throw Stored(receipts, "which could not be printed", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _files.Values)
        {
            await file.DisposeAsync();
        }
    }

    // The image is there all the same, and this is the last chance to say where.
    private static IOException Stored(IEnumerable<ImageReceipt> receipts, string what, Exception e) =>
        new($"The image is stored at {string.Join(", ", receipts.Select(receipt => $"'{receipt.Location}'"))}, {what}: {e.Message}", e);

    private static Task<OutputFile> OpenAsync(string path, string source, CancellationToken cancellationToken) =>
        path.Length > 0 && SourceFile.IsIn(path, source)
            ? throw new UsageException($"The receipt '{path}' is the source itself; name another file.")
            : OutputFile.CreateAsync(path, cancellationToken);

    private static async Task WriteAsync(ImageReceipt receipt, OutputFile file)
    {
        await using (var writer = new StreamWriter(file.Stream, leaveOpen: true))
        {
            await writer.WriteLineAsync(receipt.ToJson());
        }

        await file.CompleteAsync(CancellationToken.None);
    }
}
