namespace GlanceStore.ComputeAgent.Sources;

/// <summary>Receipts that others wrote.</summary>
internal static class Receipts
{
    /// <exception cref="StoreException"><see cref="StoreError.Corrupted"/>: it is none.</exception>
    public static ImageReceipt Read(string text, string what)
    {
        try
        {
            return ImageReceipt.FromJson(text);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new StoreException(StoreError.Corrupted, $"What should be {what} is none: {e.Message}", e);
        }
    }
}
