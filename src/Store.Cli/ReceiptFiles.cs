namespace GlanceStore.Cli;

/// <summary>The files that a put writes its receipts to, one a store; none where none was asked for.</summary>
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
    public async Task WriteAsync(IEnumerable<ImageReceipt> receipts)
    {
        foreach (var receipt in receipts)
        {
            if (_files.TryGetValue(receipt.Location.StoreId!, out var file))
            {
                await WriteAsync(receipt, file);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _files.Values)
        {
            await file.DisposeAsync();
        }
    }

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

        await file.CompleteAsync();
    }
}
