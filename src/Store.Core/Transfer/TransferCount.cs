namespace GlanceStore.Transfer;

/// <summary>Counts the bytes of one transfer and tells whoever asked.</summary>
internal sealed class TransferCount(IProgress<TransferProgress>? progress, long? totalBytes)
{
    private long _bytes;

    public void Add(long bytes)
    {
        var sum = Interlocked.Add(ref _bytes, bytes);
        progress?.Report(new TransferProgress(sum, totalBytes));
    }
}
