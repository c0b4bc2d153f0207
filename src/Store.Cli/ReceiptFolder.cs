namespace GlanceStore.Cli;

/// <summary>
/// The receipt files of a folder: <c>*.json</c>, in the order of their names; those in folders below it are not of it, nor pipes and devices.
/// </summary>
internal static class ReceiptFolder
{
    /// <exception cref="UsageException">It cannot be read, or holds no such file.</exception>
    public static string[] FilesOf(string path)
    {
        try
        {
            string[] files = [.. Directory.EnumerateFiles(path, "*.json").Where(file => !UnixFile.IsSpecial(file)).Order(StringComparer.Ordinal)];
            return files.Length > 0 ? files : throw new UsageException($"The folder '{path}' holds no receipt: no file of a name that ends with '.json'.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var reason = File.Exists(path) ? "It is a file." : Texts.ReasonOf(e);
            throw new UsageException($"The folder '{path}' cannot be read: {reason}", e);
        }
    }
}
