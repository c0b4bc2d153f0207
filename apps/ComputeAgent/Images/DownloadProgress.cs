namespace GlanceStore.ComputeAgent.Images;

/// <summary>How far a download is, told to those who listen now and then.</summary>
internal sealed class DownloadProgress(AgentImage image, Action<AgentImage> publish, TimeProvider time) : IProgress<TransferProgress>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private long _last = time.GetTimestamp();

    public void Report(TransferProgress value)
    {
        image.Report(value);
        var last = Interlocked.Read(ref _last);
        if (time.GetElapsedTime(last) >= Pause && Interlocked.CompareExchange(ref _last, time.GetTimestamp(), last) == last)
        {
            publish(image);
        }
    }
}
